//! A measured connection answers as a bare one does, whatever is asked of Redis, and counts it.

use integration_tests::Redis;
use kymo::{redis::MeasuredConnection, testing::TestTelemetry};
use proptest::{
    collection::vec,
    test_runner::{Config, TestCaseError, TestRunner},
};
use redis::{
    AsyncCommands, Pipeline, RedisResult, Value,
    aio::{ConnectionLike, MultiplexedConnection},
};
use tokio::runtime::Runtime;

use super::{
    act::{Act, Words, act},
    ask, command,
    expected::Expected,
    metrics_read::MetricsRead,
    scene::{LONG, multiplexed},
    transcript::told,
};

/// Two databases of one server: the order of what has none is the same in both.
struct Player {
    bare: MultiplexedConnection,
    measured: MeasuredConnection<MultiplexedConnection>,
    /// Changes what others watch.
    others: [MultiplexedConnection; 2],
    expected: Expected,
}

impl Player {
    async fn play(&mut self, act: &Act) -> Result<(), TestCaseError> {
        match act {
            Act::Command(words) => {
                let bare = sent(&mut self.bare, words).await;
                same(act, &bare, &sent(&mut self.measured, words).await)?;
                self.expected.command(words, &bare);
            }
            Act::Pipeline(atomic, all) => {
                let bare = sent_all(&mut self.bare, all, *atomic).await;
                same(act, &bare, &sent_all(&mut self.measured, all, *atomic).await)?;
                if *atomic {
                    self.expected.transaction(all, &bare);
                } else {
                    self.expected.pipeline(all, &bare);
                }
            }
            Act::Aborted(key, all) => {
                let watch = vec![b"WATCH".to_vec(), key.clone()];
                let bare = sent(&mut self.bare, &watch).await;
                same(act, &bare, &sent(&mut self.measured, &watch).await)?;
                self.expected.command(&watch, &bare);
                for other in &mut self.others {
                    let () = other.set(key, "changed").await.unwrap();
                }
                let bare = sent_all(&mut self.bare, all, true).await;
                same(act, &bare, &sent_all(&mut self.measured, all, true).await)?;
                self.expected.transaction(all, &bare);
            }
        }
        Ok(())
    }
}

/// As its connection gives it to whoever asks, before it is turned into what is wanted.
async fn sent(connection: &mut impl ConnectionLike, words: &Words) -> RedisResult<Value> {
    let answer = connection.req_packed_command(&command(words)).await;
    answer.map(|value| sorted(words, value))
}

async fn sent_all(
    connection: &mut impl ConnectionLike,
    all: &[Words],
    atomic: bool,
) -> RedisResult<Vec<Value>> {
    let mut pipeline = Pipeline::new();
    for words in all {
        pipeline.add_command(command(words));
    }
    if !atomic {
        let values = connection.req_packed_commands(&pipeline, 0, all.len()).await?;
        let pairs = all.iter().zip(values);
        return Ok(pairs.map(|(words, value)| sorted(words, value)).collect());
    }
    pipeline.atomic();
    let answer = connection.req_packed_commands(&pipeline, all.len() + 1, 1).await?;
    Ok(answer
        .into_iter()
        .map(|value| match value {
            Value::Array(values) if values.len() == all.len() => {
                let pairs = all.iter().zip(values);
                Value::Array(pairs.map(|(words, value)| sorted(words, value)).collect())
            }
            other => other,
        })
        .collect())
}

/// Answers whose order means nothing, in one order.
fn sorted(words: &Words, value: Value) -> Value {
    const UNORDERED: [&[u8]; 8] =
        [b"KEYS", b"SCAN", b"SSCAN", b"HSCAN", b"HGETALL", b"HKEYS", b"SMEMBERS", b"SINTER"];
    let sort = |mut values: Vec<Value>| {
        values.sort_by_cached_key(|value| format!("{value:?}"));
        values
    };
    if !UNORDERED.contains(&&*words[0].to_ascii_uppercase()) {
        return value;
    }
    match value {
        Value::Array(values) => Value::Array(sort(
            values
                .into_iter()
                .map(|value| match value {
                    Value::Array(values) => Value::Array(sort(values)),
                    other => other,
                })
                .collect(),
        )),
        Value::Set(values) => Value::Set(sort(values)),
        Value::Map(mut pairs) => {
            pairs.sort_by_cached_key(|pair| format!("{pair:?}"));
            Value::Map(pairs)
        }
        other => other,
    }
}

fn same<T: PartialEq + std::fmt::Debug>(
    act: &Act,
    bare: &RedisResult<T>,
    measured: &RedisResult<T>,
) -> Result<(), TestCaseError> {
    let same = match (bare, measured) {
        (Ok(bare), Ok(measured)) => bare == measured,
        (Err(bare), Err(measured)) => told(bare) == told(measured),
        _ => false,
    };
    if same {
        Ok(())
    } else {
        Err(TestCaseError::fail(format!("bare {bare:?}\nmeasured {measured:?}\nof {act:?}")))
    }
}

fn is_transparent(server: &Redis, protocol: &str) {
    let runtime = Runtime::new().unwrap();
    let url = |database| format!("{}/{database}?protocol={protocol}", server.url());
    let mut runner =
        TestRunner::new(Config { cases: 100, failure_persistence: None, ..Config::default() });
    let played = runner.run(&vec(act(), 1..40), |acts| {
        let telemetry = TestTelemetry::new();
        let [bare, measured, one, other] = runtime.block_on(async {
            // A watch from before is forgotten with its connection.
            let connections = [url(0), url(1), url(0), url(1)];
            let connections = connections.map(|url| async move { multiplexed(&url, LONG).await });
            futures_util::future::join_all(connections).await.try_into().unwrap()
        });
        let measured = telemetry.redis(measured);
        let mut player =
            Player { bare, measured, others: [one, other], expected: Expected::default() };
        runtime.block_on(async {
            ask(&mut player.others[0], &["FLUSHALL"]).await.unwrap();
            ask(&mut player.others[0], &["SCRIPT", "FLUSH"]).await.unwrap();
            for act in &acts {
                player.play(act).await?;
            }
            Ok::<_, TestCaseError>(())
        })?;
        let seen = MetricsRead::of(telemetry.snapshot());
        let measured = Expected { operations: seen.all_operations(), caches: seen.all_caches() };
        if measured == player.expected {
            return Ok(());
        }
        Err(TestCaseError::fail(format!("expected {:#?}\nmeasured {measured:#?}", player.expected)))
    });
    if let Err(failure) = played {
        panic!("{failure}");
    }
}

#[test]
fn redis_answers_a_measured_connection_the_same() {
    is_transparent(&Redis::start(), "resp2");
}

#[test]
fn redis_answers_a_measured_connection_the_same_in_its_third_protocol() {
    is_transparent(&Redis::start(), "resp3");
}

#[test]
fn redis_8_answers_a_measured_connection_the_same() {
    is_transparent(&Redis::eight(), "resp3");
}

#[test]
fn valkey_answers_a_measured_connection_the_same() {
    is_transparent(&Redis::valkey(), "resp2");
}

#[test]
fn valkey_answers_a_measured_connection_the_same_in_its_third_protocol() {
    is_transparent(&Redis::valkey(), "resp3");
}
