//! Every command that a server names is called so in the metrics.

use std::future::ready;

use integration_tests::Redis;
use kymo::testing::TestTelemetry;
use redis::{Cmd, Pipeline, RedisFuture, Value, aio::ConnectionLike};

/// A server that would do nothing: some commands end a real one.
struct Nothing;

impl ConnectionLike for Nothing {
    fn req_packed_command<'a>(&'a mut self, _cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        Box::pin(ready(Ok(Value::Nil)))
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        _pipeline: &'a Pipeline,
        _offset: usize,
        _count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        Box::pin(ready(Ok(Vec::new())))
    }

    fn get_db(&self) -> i64 {
        0
    }
}

/// As the server spells them: `get`, or `client|list`.
async fn names(server: &Redis) -> Vec<String> {
    let client = redis::Client::open(server.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    redis::cmd("COMMAND").arg("LIST").query_async(&mut connection).await.unwrap()
}

async fn each_has_its_name(server: &Redis) {
    let names = names(server).await;
    assert!(names.len() > 350, "{names:?}");
    let telemetry = TestTelemetry::new();
    let mut connection = telemetry.redis(Nothing);
    for name in &names {
        let mut cmd = Cmd::new();
        cmd.arg(name.split('|').collect::<Vec<_>>());
        cmd.exec_async(&mut connection).await.unwrap();
    }
    let snapshot = telemetry.snapshot();
    for name in &names {
        let name = name.to_uppercase().replace('|', " ");
        let operations = snapshot.histogram("db.client.operation.duration");
        operations.with("db.operation.name", name).assert_count(1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_of_redis_8_has_its_name() {
    each_has_its_name(&Redis::eight()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_of_redis_has_its_name() {
    each_has_its_name(&Redis::start()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_of_valkey_has_its_name() {
    each_has_its_name(&Redis::valkey()).await;
}
