//! Every kind of connection that services keep.

use std::collections::BTreeSet;

use bb8_redis::{RedisConnectionManager, bb8};
use deadpool_redis::{Config, Runtime};
use integration_tests::Redis;
use kymo::{redis::RedisSettings, testing::TestTelemetry};
use redis::{AsyncCommands, Client};

use super::{commandstats::calls, seen::Seen};

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
    let seen = Seen::of(telemetry.snapshot());
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

fn client(server: &Redis) -> Client {
    Client::open(format!("{}/3", server.url())).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_managers_and_clones_are_measured_alike() {
    let (telemetry, server) = (TestTelemetry::new(), Redis::start());
    let client = client(&server);
    let redis = telemetry.redis_handle(&settings(&client));
    let mut plain = redis.connection(client.get_multiplexed_async_connection().await.unwrap());
    use_it(&mut plain).await;
    use_it(&mut plain.clone()).await;
    use_it(&mut redis.guard(&mut plain.into_inner())).await;
    let manager = client.get_connection_manager().await.unwrap();
    let mut manager = telemetry.redis_with(manager, &settings(&client));
    use_it(&mut manager).await;
    // What goes round it is not measured.
    let () = manager.get_mut().set("aside", 1).await.unwrap();
    was_used(&telemetry, 4, "127.0.0.1", Some(server.address().port()));
    assert_eq!(calls(&server)["set"], 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_is_an_address_without_a_port() {
    let (telemetry, server) = (TestTelemetry::new(), Redis::start());
    let path = server.socket().display().to_string();
    let client = Client::open(format!("redis+unix://{path}?db=3")).unwrap();
    let connection = client.get_multiplexed_async_connection().await.unwrap();
    use_it(&mut telemetry.redis_with(connection, &settings(&client))).await;
    was_used(&telemetry, 1, &path, None);
}

/// What a pool asks its own connections is its own affair.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_pool_of_deadpool_lends_is_measured() {
    let (telemetry, server) = (TestTelemetry::new(), Redis::start());
    let client = client(&server);
    let redis = telemetry.redis_handle(&settings(&client));
    let pool = Config::from_url(format!("{}/3", server.url())).create_pool(Some(Runtime::Tokio1));
    let pool = pool.unwrap();
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
    let manager = RedisConnectionManager::new(format!("{}/3", server.url())).unwrap();
    let pool = bb8::Pool::builder().max_size(1).build(manager).await.unwrap();
    for _ in 0..3 {
        use_it(&mut redis.guard(pool.get().await.unwrap())).await;
    }
    was_used(&telemetry, 3, "127.0.0.1", Some(server.address().port()));
    assert!(calls(&server)["ping"] > 0);
}
