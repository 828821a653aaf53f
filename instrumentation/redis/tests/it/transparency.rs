//! A measured connection gives what the bare one gives.

use std::pin::pin;

use futures_util::{StreamExt, poll};
use proptest::{collection::vec, prelude::*};
use redis::{AsyncCommands, Cmd, RedisResult, Value, aio::ConnectionLike};
use tokio::runtime::Builder;

use crate::{
    redis_meters::RedisMeters,
    scripted::{Scripted, Step},
};

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Nil),
        Just(Value::Okay),
        any::<i64>().prop_map(Value::Int),
        any::<bool>().prop_map(Value::Boolean),
        vec(any::<u8>(), 0..8).prop_map(Value::BulkString),
        "[A-Z ]{0,8}".prop_map(Value::SimpleString),
        "-[A-Z]{1,8} [a-z]{0,4}\r\n"
            .prop_map(|reply| redis::parse_redis_value(reply.as_bytes()).unwrap()),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::Array),
            vec(inner.clone(), 0..4).prop_map(Value::Set),
            vec((inner.clone(), inner.clone()), 0..4).prop_map(Value::Map),
            inner.prop_map(|data| Value::Attribute { data: Box::new(data), attributes: vec![] }),
        ]
    })
}

fn any_command() -> impl Strategy<Value = Cmd> {
    let names = prop::sample::select(vec![
        "GET", "get", "MGET", "SET", "DEL", "EXISTS", "HMGET", "HGETALL", "CLIENT", "EVAL", "nope",
        "", "JSON.GET", "SETNX", "MSET", "TOUCH", "HSET", "EXEC", "SCAN",
    ]);
    (names, vec(vec(any::<u8>(), 0..6), 0..5)).prop_map(|(name, arguments)| {
        let mut cmd = redis::cmd(name);
        cmd.arg(arguments);
        cmd
    })
}

proptest! {
    #[test]
    fn any_reply_to_any_command_arrives_as_it_was_sent(
        requests in vec((any_command(), any_value()), 1..8),
    ) {
        let meters = RedisMeters::new();
        let script = || requests.iter().map(|(_, reply)| Step::Answer(vec![reply.clone()]));
        let (mut bare, mut measured) =
            (Scripted::new(script()), meters.measure(Scripted::new(script())));
        Builder::new_current_thread().build().unwrap().block_on(async {
            for (cmd, _) in &requests {
                let expected = bare.req_packed_command(cmd).await;
                assert_eq!(measured.req_packed_command(cmd).await, expected);
            }
        });
        let recorded: u64 = meters.operations().values().sum();
        prop_assert_eq!(recorded, requests.len() as u64);
    }

    #[test]
    fn any_reply_to_any_pipeline_arrives_as_it_was_sent(
        commands in vec(any_command(), 0..6),
        replies in vec(any_value(), 0..6),
        is_atomic in any::<bool>(),
    ) {
        let meters = RedisMeters::new();
        let script = || [Step::Answer(replies.clone())];
        let (mut bare, mut measured) =
            (Scripted::new(script()), meters.measure(Scripted::new(script())));
        let mut pipeline = redis::pipe();
        for cmd in commands {
            pipeline.add_command(cmd);
        }
        if is_atomic {
            pipeline.atomic();
        }
        Builder::new_current_thread().build().unwrap().block_on(async {
            let expected: RedisResult<Value> = pipeline.query_async(&mut bare).await;
            let got: RedisResult<Value> = pipeline.query_async(&mut measured).await;
            assert_eq!(format!("{got:?}"), format!("{expected:?}"));
        });
        prop_assert_eq!(meters.operations().values().sum::<u64>(), 1);
    }
}

#[tokio::test]
async fn everything_that_takes_a_connection_takes_a_measured_one() -> RedisResult<()> {
    fn is_send<T: Send + 'static>(value: T) -> T {
        value
    }
    let meters = RedisMeters::new();
    let page = Value::Array(vec![
        Value::BulkString(b"0".into()),
        Value::Array(vec![Value::BulkString(b"a".into())]),
    ]);
    let connection = meters.measure(Scripted::answering(9, &page));
    let mut connection = is_send(connection.clone());
    {
        let mut keys = connection.scan::<String>().await?;
        assert_eq!(keys.next_item().await.unwrap()?, "a");
    }
    let mut keys =
        redis::cmd("SCAN").cursor_arg(0).clone().iter_async::<String>(&mut connection).await?;
    assert_eq!(keys.next().await.unwrap()?, "a");
    drop(keys);
    redis::Script::new("return 1").prepare_invoke().invoke_async::<Value>(&mut connection).await?;
    redis::AsyncTypedCommands::ping(&mut connection).await.unwrap_err();
    meters.assert_operations(&[("EVALSHA", 1), ("PING", 1), ("SCAN", 2)]);
    Ok(())
}

#[tokio::test]
async fn a_guard_and_a_borrowed_connection_are_connections() {
    let meters = RedisMeters::new();
    let redis = meters.metrics.redis(&kymo_redis::RedisSettings::new());
    let mut owned = Scripted::answering(2, &Value::Okay);
    redis::cmd("PING").exec_async(&mut redis.guard(&mut owned)).await.unwrap();
    let mut boxed = redis.guard(Box::new(owned));
    redis::cmd("PING").exec_async(&mut boxed).await.unwrap();
    assert_eq!(boxed.into_inner().into_inner().get_db(), 0);
    meters.assert_operations(&[("PING", 2)]);
}

#[tokio::test]
async fn a_future_is_as_lazy_as_the_bare_one() {
    let meters = RedisMeters::new();
    let mut connection = meters.measure(Scripted::new([Step::Never]));
    let cmd = redis::cmd("GET");
    let mut request = pin!(connection.req_packed_command(&cmd));
    assert!(poll!(&mut request).is_pending());
}
