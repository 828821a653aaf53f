//! A server's own counts of its commands agree with what was measured of them.

use std::collections::BTreeMap;

use integration_tests::Redis;
use kymo::testing::TestTelemetry;
use proptest::{
    collection::vec,
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use redis::{Pipeline, aio::ConnectionLike};

use super::{
    act::{self, Words},
    command,
    expected::name,
    metrics_read::MetricsRead,
    scene::{LONG, multiplexed},
};

/// How often the server has carried out each command, in its own words.
pub(crate) fn calls(server: &Redis) -> BTreeMap<String, u64> {
    let all = server.info("commandstats").into_iter().filter_map(|(field, value)| {
        let calls = value.split(',').next()?.strip_prefix("calls=")?;
        Some((field.strip_prefix("cmdstat_")?.to_owned(), calls.parse().ok()?))
    });
    // It was asked for what it has counted.
    all.filter(|(name, calls)| *calls > 0 && name != "config|resetstat" && name != "info").collect()
}

/// In the words of the server.
fn spelled(name: &str) -> String {
    name.to_lowercase().replace(' ', "|")
}

/// Many commands that a server carries out, even if some of them fail.
fn commands(many: usize) -> Vec<Words> {
    let all = vec(act::command(CARRIED_OUT), many);
    all.new_tree(&mut TestRunner::default()).unwrap().current()
}

/// None is turned away because of its arguments, and none calls others.
const CARRIED_OUT: &[&str] = &[
    "GET <key>",
    "MGET <key> <key>",
    "SET <key> <value>",
    "DEL <key>",
    "INCR <key>",
    "EXISTS <key>",
    "HSET <key> <field> <value>",
    "HGET <key> <field>",
    "HGETALL <key>",
    "LPUSH <key> <value>",
    "LRANGE <key> 0 -1",
    "ZADD <key> <float> <field>",
    "SADD <key> <value>",
    "XADD <key> * <field> <value>",
    "OBJECT ENCODING <key>",
    "SCRIPT LOAD return_1",
    "CLIENT ID",
    "CLIENT GETNAME",
    "CONFIG GET maxmemory",
    "SCAN 0",
    "PING",
    "EVALSHA ffffffffffffffffffffffffffffffffffffffff 0",
];

async fn agrees_of_single_commands(server: &Redis) {
    let telemetry = TestTelemetry::new();
    let mut connection = telemetry.redis(multiplexed(&server.url(), LONG).await);
    server.cli(&["config", "resetstat"]);
    for words in commands(500) {
        let _ = connection.req_packed_command(&command(&words)).await;
    }
    let mut measured = BTreeMap::new();
    for (operation, count) in MetricsRead::of(telemetry.snapshot()).all_operations() {
        // With its error, or without one.
        let name = operation.split(" -").next().unwrap();
        *measured.entry(spelled(name)).or_insert(0) += count;
    }
    assert_eq!(measured.values().sum::<u64>(), 500);
    assert_eq!(measured, calls(server));
}

async fn agrees_of_pipelines(server: &Redis) {
    let telemetry = TestTelemetry::new();
    let mut connection = telemetry.redis(multiplexed(&server.url(), LONG).await);
    server.cli(&["config", "resetstat"]);
    let mut sent = BTreeMap::<String, u64>::new();
    for (n, all) in commands(400).chunks(8).enumerate() {
        let mut pipeline = Pipeline::new();
        for words in all {
            pipeline.add_command(command(words));
            *sent.entry(spelled(&name(words))).or_default() += 1;
        }
        if n.is_multiple_of(2) {
            pipeline.atomic();
            for end in ["multi", "exec"] {
                *sent.entry(end.to_owned()).or_default() += 1;
            }
        }
        let _ = pipeline.exec_async(&mut connection).await;
    }
    assert_eq!(calls(server), sent);
    let operations = MetricsRead::of(telemetry.snapshot()).all_operations();
    let of = |batch| {
        let named = operations.iter().filter(|(name, _)| name.split(' ').next() == Some(batch));
        named.map(|(_, count)| count).sum::<u64>()
    };
    assert_eq!((of("PIPELINE"), of("MULTI")), (25, 25), "{operations:?}");
    assert_eq!(operations.values().sum::<u64>(), 50, "{operations:?}");
}

async fn agrees_of_hits(server: &Redis) {
    const ASKED: &[&str] = &["GET <key>", "MGET <key> <key> <key>", "EXISTS <key>"];
    let telemetry = TestTelemetry::new();
    let mut connection = telemetry.redis(multiplexed(&server.url(), LONG).await);
    for key in ["a", "b", "session:7"] {
        server.cli(&["set", key, "value"]);
    }
    server.cli(&["psetex", "b", "1", "gone at once"]);
    server.cli(&["config", "resetstat"]);
    let all = vec(act::command(ASKED), 300).new_tree(&mut TestRunner::default()).unwrap().current();
    for all in all.chunks(3) {
        for words in all {
            connection.req_packed_command(&command(words)).await.unwrap();
        }
        let mut pipeline = Pipeline::new();
        for words in all {
            pipeline.add_command(command(words));
        }
        pipeline.exec_async(&mut connection).await.unwrap();
        pipeline.atomic().exec_async(&mut connection).await.unwrap();
    }
    let stats = server.info("stats");
    let told = [("redis hit", "keyspace_hits"), ("redis miss", "keyspace_misses")];
    let told = told.map(|(result, field)| (result, stats[field].parse().unwrap()));
    assert!(told.iter().all(|(_, count)| *count > 100), "{told:?}");
    MetricsRead::of(telemetry.snapshot()).caches(&told);
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_and_we_count_the_same() {
    let server = Redis::start();
    agrees_of_single_commands(&server).await;
    agrees_of_pipelines(&server).await;
    server.cli(&["flushall"]);
    agrees_of_hits(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn valkey_and_we_count_the_same() {
    let server = Redis::valkey();
    agrees_of_single_commands(&server).await;
    agrees_of_pipelines(&server).await;
    server.cli(&["flushall"]);
    agrees_of_hits(&server).await;
}
