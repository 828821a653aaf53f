//! Pipelines are one operation each, and each of their commands tells the caches.

use redis::{RedisResult, Value, parse_redis_value};

use crate::{
    redis_meters::RedisMeters,
    scripted::{Scripted, Step},
};

fn text(text: &str) -> Value {
    Value::BulkString(text.as_bytes().to_vec())
}

fn error(reply: &str) -> Value {
    parse_redis_value(reply.as_bytes()).unwrap()
}

#[tokio::test]
async fn a_pipeline_of_one_command_is_named_after_it() {
    let meters = RedisMeters::new();
    let mut connection =
        meters.measure(Scripted::new([Step::Answer(vec![text("Dune"), Value::Nil])]));
    let mut pipeline = redis::pipe();
    pipeline.get("book:1").get("book:2");
    let titles: Vec<Option<String>> = pipeline.query_async(&mut connection).await.unwrap();
    assert_eq!(titles, [Some("Dune".to_owned()), None]);
    meters.assert_operations(&[("PIPELINE GET", 1)]);
    assert_eq!(meters.cache("redis"), [1, 1, 0, 0]);
}

#[tokio::test]
async fn a_pipeline_of_several_commands_is_just_that() {
    let meters = RedisMeters::new();
    let mut connection =
        meters.measure(Scripted::new([Step::Answer(vec![Value::Okay, text("1")])]));
    let mut pipeline = redis::pipe();
    pipeline.set("book:1", 1).ignore().get("book:1");
    let (one,): (i32,) = pipeline.query_async(&mut connection).await.unwrap();
    assert_eq!(one, 1);
    meters.assert_operations(&[("PIPELINE", 1)]);
    assert_eq!(meters.cache("redis"), [1, 0, 0, 1]);
}

#[tokio::test]
async fn an_atomic_pipeline_answers_in_one_value() {
    let meters = RedisMeters::new();
    let answers = Value::Array(vec![Value::Okay, Value::Okay]);
    let mut connection = meters.measure(Scripted::new([Step::Answer(vec![answers])]));
    let mut pipeline = redis::pipe();
    pipeline.atomic().set("book:1", 1).set("book:2", 2);
    pipeline.exec_async(&mut connection).await.unwrap();
    meters.assert_operations(&[("MULTI SET", 1)]);
    assert_eq!(meters.cache("redis"), [0, 0, 0, 2]);
}

#[tokio::test]
async fn an_atomic_pipeline_whose_watch_failed_did_nothing_and_answered_nothing() {
    let meters = RedisMeters::new();
    let mut connection = meters.measure(Scripted::answering(1, &Value::Nil));
    let mut pipeline = redis::pipe();
    pipeline.atomic().set("book:1", 1).get("book:2");
    let answer: Option<Vec<String>> = pipeline.query_async(&mut connection).await.unwrap();
    assert_eq!(answer, None);
    meters.assert_operations(&[("MULTI", 1)]);
    assert_eq!(meters.cache("redis"), [0, 0, 1, 0]);
}

#[tokio::test]
async fn a_pipeline_fails_by_its_first_error_and_the_rest_of_it_counts() {
    let meters = RedisMeters::new();
    let answers = vec![
        text("Dune"),
        error("-WRONGTYPE no\r\n"),
        error("-READONLY no\r\n"),
        Value::Nil,
        Value::Okay,
    ];
    let mut connection = meters.measure(Scripted::new([Step::Answer(answers)]));
    let mut pipeline = redis::pipe();
    pipeline.get("a").get("b").set("c", 1).get("d").set("e", 1);
    let result: RedisResult<Value> = pipeline.query_async(&mut connection).await;
    assert!(result.is_err());
    meters.assert_operations(&[("PIPELINE WRONGTYPE/WRONGTYPE", 1)]);
    assert_eq!(meters.cache("redis"), [1, 1, 1, 1]);
}

#[tokio::test]
async fn a_pipeline_that_is_lost_was_asked_for_everything_in_it() {
    let meters = RedisMeters::new();
    let lost = std::io::Error::from(std::io::ErrorKind::ConnectionReset).into();
    let mut connection = meters.measure(Scripted::new([Step::Fail(lost)]));
    let mut pipeline = redis::pipe();
    pipeline.mget(&["a", "b", "c"]).get("d").del("e");
    let result: RedisResult<()> = pipeline.query_async(&mut connection).await;
    assert!(result.unwrap_err().is_connection_dropped());
    meters.assert_operations(&[("PIPELINE connection_lost", 1)]);
    assert_eq!(meters.cache("redis"), [0, 0, 4, 0]);
}

#[tokio::test]
async fn answers_that_do_not_fit_their_commands_are_not_guessed_at() {
    let meters = RedisMeters::new();
    let mut connection = meters.measure(Scripted::new([Step::Answer(vec![text("Dune")])]));
    let mut pipeline = redis::pipe();
    pipeline.get("a").get("b");
    let _: RedisResult<Vec<Value>> = pipeline.query_async(&mut connection).await;
    assert_eq!(meters.cache("redis"), [0, 0, 2, 0]);
}
