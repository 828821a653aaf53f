//! Where commands go is told as it was configured.

use std::collections::BTreeMap;

use kymo_redis::RedisSettings;
use redis::{IntoConnectionInfo, Value};

use crate::{
    redis_meters::{DURATION, RedisMeters},
    scripted::Scripted,
};

/// The attributes of a `PING` that is sent to database 3 of what `settings` describe.
async fn attributes(settings: RedisSettings) -> BTreeMap<String, String> {
    let meters = RedisMeters::new();
    let scripted = Scripted::answering(1, &Value::Okay).of_database(3);
    let mut connection = meters.metrics.redis(&settings).connection(scripted);
    redis::cmd("PING").exec_async(&mut connection).await.unwrap();
    meters.only(DURATION).attributes
}

fn expected(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let common = [("db.operation.name", "PING"), ("db.system.name", "redis")];
    let pairs = common.iter().chain(pairs);
    pairs.map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn a_connection_tells_its_database_and_nothing_else() {
    assert_eq!(attributes(RedisSettings::new()).await, expected(&[("db.namespace", "3")]));
}

#[tokio::test]
async fn the_server_is_the_one_of_the_settings_without_its_usual_port() {
    let place = |url: &str| RedisSettings::new().server_of(&url.into_connection_info().unwrap());
    let shown = attributes(place("redis://ada:secret@cache.local/3")).await;
    let server = [("db.namespace", "3"), ("server.address", "cache.local")];
    assert_eq!(shown, expected(&server));

    let shown = attributes(place("redis://[::1]:7000/")).await;
    let server = [("db.namespace", "3"), ("server.address", "::1"), ("server.port", "7000")];
    assert_eq!(shown, expected(&server));

    let shown = attributes(place("redis+unix:///run/redis.sock")).await;
    let server = [("db.namespace", "3"), ("server.address", "/run/redis.sock")];
    assert_eq!(shown, expected(&server));
}

#[tokio::test]
async fn what_is_told_by_hand_is_stronger() {
    let settings = RedisSettings::new().server("proxy", 6390).namespace("sessions");
    let server =
        [("db.namespace", "sessions"), ("server.address", "proxy"), ("server.port", "6390")];
    assert_eq!(attributes(settings).await, expected(&server));
}
