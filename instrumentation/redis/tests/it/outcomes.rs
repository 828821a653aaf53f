//! Each way a command can end is recorded once.

use std::{io, panic::AssertUnwindSafe, pin::pin, task::Poll};

use futures_util::{FutureExt, poll};
use redis::{AsyncCommands, ErrorKind, RedisError, Value, parse_redis_value};

use crate::{
    redis_meters::RedisMeters,
    scripted::{Scripted, Step},
};

fn error(reply: &str) -> Value {
    parse_redis_value(reply.as_bytes()).unwrap()
}

#[tokio::test]
async fn a_command_that_is_answered_is_recorded_once() {
    let meters = RedisMeters::new();
    let mut connection = meters.measure(Scripted::answering(1, &Value::BulkString(b"Dune".into())));
    let title: String = connection.get("book:1").await.unwrap();
    assert_eq!(title, "Dune");
    meters.assert_operations(&[("GET", 1)]);
    assert_eq!(meters.cache("redis"), [1, 0, 0, 0]);
}

#[tokio::test]
async fn an_error_among_the_values_is_a_failure_with_its_code() {
    let meters = RedisMeters::new();
    let wrong = error("-WRONGTYPE Operation against a key\r\n");
    let mut connection = meters.measure(Scripted::answering(1, &wrong));
    let result: Result<String, _> = connection.get("book:1").await;
    assert_eq!(result.unwrap_err().code(), Some("WRONGTYPE"));
    meters.assert_operations(&[("GET WRONGTYPE/WRONGTYPE", 1)]);
    assert_eq!(meters.cache("redis"), [0, 0, 1, 0]);
}

#[tokio::test]
async fn an_error_deep_inside_a_reply_fails_what_the_caller_sees_fail() {
    let meters = RedisMeters::new();
    let reply = error("*2\r\n+OK\r\n*1\r\n-NOPERM no\r\n");
    let mut connection = meters.measure(Scripted::answering(1, &reply));
    let result: Result<Value, _> = redis::cmd("EXEC").query_async(&mut connection).await;
    assert_eq!(result.unwrap_err().code(), Some("NOPERM"));
    meters.assert_operations(&[("EXEC NOPERM/NOPERM", 1)]);
}

#[tokio::test]
async fn a_lost_connection_a_time_out_and_a_refusal_are_apart() {
    let meters = RedisMeters::new();
    let kinds =
        [io::ErrorKind::TimedOut, io::ErrorKind::BrokenPipe, io::ErrorKind::ConnectionRefused];
    let steps = kinds.map(|kind| Step::Fail(io::Error::from(kind).into()));
    let mut connection = meters.measure(Scripted::new(steps));
    for _ in kinds {
        let result: Result<(), _> = connection.set("book:1", "Dune").await;
        assert!(result.unwrap_err().is_io_error());
    }
    meters.assert_operations(&[
        ("SET connection_lost", 1),
        ("SET connection_refused", 1),
        ("SET timeout", 1),
    ]);
    assert_eq!(meters.cache("redis"), [0, 0, 0, 0], "nobody asked, and nothing is known to be set");
}

#[tokio::test]
async fn a_future_that_is_dropped_on_the_way_is_cancelled() {
    let meters = RedisMeters::new();
    let mut connection = meters.measure(Scripted::new([Step::Never]));
    {
        let mut request = pin!(connection.get::<_, String>("book:1"));
        assert_eq!(poll!(&mut request), Poll::Pending);
        assert_eq!(poll!(&mut request), Poll::Pending);
        meters.assert_operations(&[]);
    }
    meters.assert_operations(&[("GET cancelled", 1)]);
    assert_eq!(meters.cache("redis"), [0, 0, 1, 0]);
}

#[tokio::test]
async fn a_future_that_is_never_polled_is_nothing() {
    let meters = RedisMeters::new();
    let mut connection = meters.measure(Scripted::answering(1, &Value::Okay));
    drop(redis::aio::ConnectionLike::req_packed_command(&mut connection, &redis::cmd("PING")));
    meters.assert_operations(&[]);
}

#[tokio::test]
async fn a_connection_that_unwinds_is_recorded_and_unwinds() {
    let meters = RedisMeters::new();
    let mut connection = meters.measure(Scripted::new([Step::Panic]));
    let request = AssertUnwindSafe(connection.get::<_, String>("book:1"));
    assert!(request.catch_unwind().await.is_err());
    meters.assert_operations(&[("GET panic", 1)]);
    assert_eq!(meters.cache("redis"), [0, 0, 1, 0]);
}

#[tokio::test]
async fn what_has_ended_is_over_even_if_it_is_kept_or_polled_again() {
    let meters = RedisMeters::new();
    let mut connection = meters.measure(Scripted::answering(1, &Value::Okay));
    let cmd = redis::cmd("PING");
    let mut request = redis::aio::ConnectionLike::req_packed_command(&mut connection, &cmd);
    assert!(poll!(&mut request).is_ready());
    meters.assert_operations(&[("PING", 1)]);
    let again = AssertUnwindSafe(async { poll!(&mut request).is_ready() }).catch_unwind().await;
    assert!(again.is_err(), "an async block that is over unwinds");
    drop(request);
    meters.assert_operations(&[("PING", 1)]);
}

#[tokio::test]
async fn errors_of_the_client_itself_are_recorded() {
    let meters = RedisMeters::new();
    let error = RedisError::from((ErrorKind::AuthenticationFailed, "no"));
    let mut connection = meters.measure(Scripted::new([Step::Fail(error.clone())]));
    let result: Result<(), _> = redis::cmd("PING").query_async(&mut connection).await;
    assert_eq!(result.unwrap_err(), error);
    meters.assert_operations(&[("PING authentication_failed", 1)]);
}
