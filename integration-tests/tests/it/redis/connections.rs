//! Every kind of connection that services keep.

use std::collections::BTreeSet;

use bb8_redis::{RedisConnectionManager, bb8};
use deadpool_redis::{Manager, Pool};
use integration_tests::Redis;
use kymo::{redis::RedisSettings, testing::TestTelemetry};
use redis::{AsyncCommands, AsyncConnectionConfig, Client};

use super::{
    commandstats::calls,
    metrics_read::MetricsRead,
    scene::{LONG, manager, multiplexed},
};

/// Two operations of three commands, on two caches.
async fn use_it(connection: &mut impl AsyncCommands) {
    let () = connection.set("book:1", "Dune").await.unwrap();
    let mut pipeline = redis::pipe();
    pipeline.get("book:1").get("session:7");
    let answer: (String, Option<String>) = pipeline.query_async(connection).await.unwrap();
    assert_eq!(answer, ("Dune".to_owned(), None));
}

fn settings(client: &Client) -> RedisSettings {
    let settings = RedisSettings::new().server_of(client.get_connection_info());
    settings.cache("books").cache_for_prefix("session:", "sessions")
}

/// As often as it was used, at this address.
#[track_caller]
fn was_used(telemetry: &TestTelemetry, times: u64, address: &str, port: Option<u16>) {
    let seen = MetricsRead::of(telemetry.snapshot());
    seen.operations(&[("PIPELINE GET", times), ("SET", times)]);
    seen.caches(&[("books hit", times), ("books write", times), ("sessions miss", times)]);
    let all = seen.snapshot().histogram("db.client.operation.duration");
    let series = all.series();
    let of = |key| {
        let values =
            series.iter().map(|series| series.attributes.get(key).map(ToString::to_string));
        values.collect::<BTreeSet<_>>()
    };
    let only = |value: Option<String>| BTreeSet::from([value]);
    assert_eq!(of("db.namespace"), only(Some("3".to_owned())));
    assert_eq!(of("server.address"), only(Some(address.to_owned())));
    assert_eq!(of("server.port"), only(port.map(|port| port.to_string())));
}

fn url(server: &Redis) -> String {
    format!("{}/3", server.url())
}

fn client(server: &Redis) -> Client {
    Client::open(url(server)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_managers_and_clones_are_measured_alike() {
    let (telemetry, server) = (TestTelemetry::new(), Redis::start());
    let client = client(&server);
    let redis = telemetry.redis_handle(&settings(&client));
    let mut plain = redis.connection(multiplexed(&url(&server), LONG).await);
    use_it(&mut plain).await;
    use_it(&mut plain.clone()).await;
    use_it(&mut redis.guard(&mut plain.into_inner())).await;
    let mut manager = telemetry.redis_with(manager(&url(&server)), &settings(&client));
    use_it(&mut manager).await;
    // A command that goes round it is not measured.
    let () = manager.get_mut().set("aside", 1).await.unwrap();
    was_used(&telemetry, 4, "127.0.0.1", Some(server.address().port()));
    assert_eq!(calls(&server)["set"], 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_is_an_address_without_a_port() {
    let (telemetry, server) = (TestTelemetry::new(), Redis::start());
    let path = server.socket().display().to_string();
    let url = format!("redis+unix://{path}?db=3");
    let (client, connection) = (Client::open(&*url).unwrap(), multiplexed(&url, LONG).await);
    use_it(&mut telemetry.redis_with(connection, &settings(&client))).await;
    was_used(&telemetry, 1, &path, None);
}

/// The pool's own questions to its connections are its own affair.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_pool_of_deadpool_lends_is_measured() {
    let (telemetry, server) = (TestTelemetry::new(), Redis::start());
    let client = client(&server);
    let redis = telemetry.redis_handle(&settings(&client));
    let patient = AsyncConnectionConfig::new().set_response_timeout(Some(LONG));
    let manager = Manager::new_with_config(url(&server), patient).unwrap();
    let pool = Pool::builder(manager).build().unwrap();
    for _ in 0..3 {
        use_it(&mut redis.connection(pool.get().await.unwrap())).await;
    }
    assert_eq!(pool.status().size, 1, "each was given back");
    was_used(&telemetry, 3, "127.0.0.1", Some(server.address().port()));
    assert!(calls(&server)["ping"] > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_pool_of_bb8_lends_is_measured() {
    let (telemetry, server) = (TestTelemetry::new(), Redis::start());
    let client = client(&server);
    let redis = telemetry.redis_handle(&settings(&client));
    let manager = RedisConnectionManager::new(url(&server)).unwrap();
    let pool = bb8::Pool::builder().max_size(1).build(manager).await.unwrap();
    for _ in 0..3 {
        use_it(&mut redis.guard(pool.get().await.unwrap())).await;
    }
    was_used(&telemetry, 3, "127.0.0.1", Some(server.address().port()));
    assert!(calls(&server)["ping"] > 0);
}
