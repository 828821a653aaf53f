//! Connections of a sentinel, before and after it has put another server in charge.

use std::thread;

use integration_tests::RedisSentinel;
use kymo::testing::TestTelemetry;
use redis::{
    AsyncConnectionConfig,
    aio::{ConnectionLike, MultiplexedConnection},
    sentinel::{SentinelClient, SentinelServerType},
};

use super::{ask, metrics_read::MetricsRead, scene::LONG, transcript::Transcript};

/// How often somebody asks for a connection: the sentinel itself is not waited for as long.
const ATTEMPTS: usize = 20;

async fn connection(watched: &RedisSentinel, kind: SentinelServerType) -> MultiplexedConnection {
    let name = RedisSentinel::NAME.to_owned();
    let mut sentinel = SentinelClient::build(vec![watched.url()], name, None, kind).unwrap();
    let config = AsyncConnectionConfig::new().set_connection_timeout(Some(LONG));
    let config = config.set_response_timeout(Some(LONG));
    let mut last = None;
    for _ in 0..ATTEMPTS {
        match sentinel.get_async_connection_with_config(&config).await {
            Ok(connection) => return connection,
            Err(error) => last = Some(error),
        }
    }
    panic!("the sentinel does not tell: {last:?}")
}

async fn fails_over<C: ConnectionLike>(
    measured: impl Fn(MultiplexedConnection) -> C,
    mut watched: RedisSentinel,
) -> Transcript {
    let mut seen = Transcript::default();
    let mut master = measured(connection(&watched, SentinelServerType::Master).await);
    let mut replica = measured(connection(&watched, SentinelServerType::Replica).await);
    seen.tried("set", &ask(&mut master, &["SET", "book", "Dune"]).await);
    seen.tried("read-only", &ask(&mut replica, &["SET", "book", "Emma"]).await);
    watched.master().kill();
    seen.tried("lost", &ask(&mut master, &["GET", "book"]).await);
    watched.failed_over();
    // The sentinel has sent all clients away from whom it has put in charge.
    seen.tried("sent away", &ask(&mut replica, &["GET", "book"]).await);
    let mut master = measured(connection(&watched, SentinelServerType::Master).await);
    seen.tried("set", &ask(&mut master, &["SET", "book", "Emma"]).await);
    seen.tried("get", &ask(&mut master, &["GET", "book"]).await);
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failover_is_one_error_of_each_connection() {
    let starting = [(), ()].map(|()| thread::spawn(RedisSentinel::start));
    let [one, other] = starting.map(|watched| watched.join().unwrap());
    let telemetry = TestTelemetry::new();
    let redis = telemetry.redis_handle(&kymo::redis::RedisSettings::new());
    let (bare, measured) = tokio::join!(
        fails_over(|connection| connection, one),
        fails_over(|connection| redis.connection(connection), other),
    );
    assert_eq!(bare, measured);
    let seen = MetricsRead::of(telemetry.snapshot());
    let failed = [("GET connection_lost", 2), ("SET -READONLY", 1)];
    seen.operations(&[[("GET", 1), ("SET", 2)], failed].concat());
    seen.caches(&[("redis error", 2), ("redis hit", 1), ("redis write", 2)]);
}
