//! The series are few whatever is sent, and say nothing of keys and values.

use std::collections::BTreeSet;

use kymo_redis::RedisSettings;
use redis::{RedisError, Value, make_extension_error};

use crate::{
    redis_meters::{DURATION, FOLDED, RedisMeters},
    scripted::{Scripted, Step},
};

#[tokio::test]
async fn strange_commands_and_codes_are_bounded_and_the_folds_counted() {
    let meters = RedisMeters::new();
    let errors = (0..5000).map(|n| Step::Fail(make_extension_error(code(n), None)));
    let mut connection = meters.measure(Scripted::new(errors));
    for n in 0..5000 {
        let result: Result<Value, RedisError> =
            redis::cmd(&format!("SECRET{n}")).arg(n).query_async(&mut connection).await;
        assert!(result.is_err());
    }
    let points = meters.of(DURATION);
    let codes: BTreeSet<_> = points.iter().map(|p| p.get("db.response.status_code")).collect();
    assert_eq!(codes.len(), 101, "a hundred, and _OTHER");
    assert!(points.iter().all(|p| p.get("db.operation.name") == Some("_OTHER")));
    assert_eq!(points.iter().map(|p| p.count).sum::<i64>(), 5000);
    let folded = meters.of(FOLDED).into_iter().find(|p| {
        p.get("kymo.cardinality.metric") == Some(DURATION)
            && p.get("kymo.cardinality.attribute") == Some("db.response.status_code")
    });
    assert_eq!(folded.unwrap().count, 4900);
}

/// A code such as a script makes up.
fn code(n: usize) -> String {
    let letter = |n: usize| char::from(b'A' + u8::try_from(n % 26).unwrap());
    format!("CODE_{}{}{}", letter(n), letter(n / 26), letter(n / 676))
}

/// With a series for each code of each command, a failure is still known by its command.
#[tokio::test]
async fn the_first_failure_of_a_command_keeps_its_name() {
    let meters = RedisMeters::new();
    let noisy = ["EVAL", "EVALSHA", "FCALL", "GET", "SET", "DEL", "INCR", "HGET", "HSET", "LPOP"];
    let failed = |n| Step::Fail(make_extension_error(code(n), None));
    let steps = (0..noisy.len() * 100).map(|n| failed(n % 100)).chain([failed(1), failed(2)]);
    let mut connection = meters.measure(Scripted::new(steps));
    let names = noisy.iter().flat_map(|name| std::iter::repeat_n(*name, 100));
    for name in names.chain(["LPUSH", "LPUSH"]) {
        let result: Result<Value, RedisError> =
            redis::cmd(name).arg("a").query_async(&mut connection).await;
        assert!(result.is_err());
    }
    let points = meters.of(DURATION);
    assert_eq!(points.iter().map(|p| p.count).sum::<i64>(), 1002);
    let late: Vec<_> =
        points.iter().filter(|p| p.get("db.operation.name") == Some("LPUSH")).collect();
    assert_eq!(late.len(), 1);
    assert_eq!((late[0].count, late[0].get("db.response.status_code")), (2, Some("_OTHER")));
}

#[tokio::test]
async fn a_flood_of_databases_ends_in_one_other() {
    let meters = RedisMeters::new();
    let redis = meters.metrics.redis(&RedisSettings::new());
    for database in 0..500 {
        let scripted = Scripted::answering(1, &Value::Okay).of_database(database);
        redis::cmd("PING").exec_async(&mut redis.connection(scripted)).await.unwrap();
    }
    let points = meters.of(DURATION);
    assert_eq!(points.len(), 65);
    assert_eq!(points.iter().map(|p| p.count).sum::<i64>(), 500);
}

#[tokio::test]
async fn a_flood_of_caches_ends_in_one_other() {
    let meters = RedisMeters::new();
    let mut settings = RedisSettings::new();
    for n in 0..500 {
        settings = settings.cache_for_prefix(format!("{n}:"), format!("cache {n}"));
    }
    let redis = meters.metrics.redis(&settings);
    let mut connection = redis.connection(Scripted::answering(500, &Value::Nil));
    for n in 0..500 {
        redis::cmd("GET").arg(format!("{n}:key")).exec_async(&mut connection).await.unwrap();
    }
    let misses = |name: &str| meters.cache(name)[1];
    assert_eq!(misses("cache 0"), 1);
    assert_eq!(misses("_OTHER"), 437, "63 of them and the connection's own are told apart");
}
