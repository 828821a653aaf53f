//! Whatever becomes of a command, it is on the bill of one unit of work, or outside, once.

use std::{thread, time::Duration};

use futures_util::join;
use kymo_core::{OperationKind, Part};
use kymo_testing::UnitOfWork;
use proptest::prelude::*;
use redis::{AsyncCommands, RedisResult, Value, parse_redis_value};

use crate::{
    places::{Works, entered, places},
    redis_meters::{DURATION, REQUESTS, RedisMeters},
    scripted::{Scripted, Step},
};

/// How a request is sent.
#[derive(Debug, Clone, Copy)]
enum Sent {
    Get,
    Mget,
    Pipeline,
    Atomic,
    Ping,
}

fn step() -> impl Strategy<Value = Step> {
    let dune = || Value::BulkString(b"Dune".to_vec());
    let wrong = parse_redis_value(b"-WRONGTYPE no\r\n").unwrap();
    let lost = std::io::Error::from(std::io::ErrorKind::BrokenPipe);
    prop_oneof![
        Just(Step::Answer(vec![dune()])),
        Just(Step::Late(vec![dune(), Value::Nil])),
        Just(Step::Late(vec![Value::Array(vec![dune(), Value::Nil])])),
        Just(Step::Answer(vec![wrong])),
        Just(Step::Fail(lost.into())),
        Just(Step::Never),
        Just(Step::Panic),
    ]
}

fn sent() -> impl Strategy<Value = Sent> {
    prop_oneof![
        Just(Sent::Get),
        Just(Sent::Mget),
        Just(Sent::Pipeline),
        Just(Sent::Atomic),
        Just(Sent::Ping),
    ]
}

async fn send(meters: &RedisMeters, sent: Sent, step: Step) {
    let mut connection = meters.measure(Scripted::new([step]));
    let connection = &mut connection;
    let _: RedisResult<Value> = match sent {
        Sent::Get => connection.get("a").await,
        Sent::Mget => connection.mget(&["a", "b"]).await,
        Sent::Pipeline => redis::pipe().get("a").get("b").query_async(connection).await,
        Sent::Atomic => redis::pipe().atomic().get("a").get("b").query_async(connection).await,
        Sent::Ping => redis::cmd("PING").query_async(connection).await,
    };
}

proptest! {
    #[test]
    fn all_bills_and_what_is_outside_are_what_is_recorded(
        requests in proptest::collection::vec((sent(), step(), places()), 1..12),
    ) {
        let meters = RedisMeters::new();
        let mut works = Works::default();
        for (sent, step, places) in requests {
            works.scatter(send(&meters, sent, step), &places);
        }
        let bills = works.end();
        let points = meters.points();
        prop_assert_eq!(
            entered(&bills, &points, OperationKind::Redis),
            points.count(DURATION, &[])
        );
        prop_assert_eq!(
            entered(&bills, &points, OperationKind::Cache),
            points.count(REQUESTS, &[])
        );
    }
}

#[tokio::test]
async fn a_request_is_charged_for_its_commands_and_for_what_they_look_up() {
    let meters = RedisMeters::new();
    let steps = [Step::Answer(vec![Value::Nil]), Step::Answer(vec![Value::Nil; 2]), Step::Never];
    let mut connection = meters.measure(Scripted::new(steps));
    let mut work = UnitOfWork::new();
    let commands = work.around(async {
        let _: RedisResult<Value> = connection.get("a").await;
        let mut pipeline = redis::pipe();
        let _: RedisResult<Value> = pipeline.get("a").get("b").query_async(&mut connection).await;
        let third = connection.get::<_, Value>("a");
        drop(tokio::time::timeout(Duration::from_millis(1), third).await);
    });
    commands.await;
    let bill = work.end();
    let counts = OperationKind::ALL.map(|kind| bill.operations(kind));
    assert_eq!(counts, [0, 3, 0, 4, 0], "{:?}", OperationKind::ALL.map(OperationKind::name));
    assert_eq!(entered(&[], &meters.points(), OperationKind::Redis), 0);
}

#[tokio::test]
async fn what_is_spawned_is_outside() {
    let meters = RedisMeters::new();
    let mut connection = meters.measure(Scripted::answering(1, &Value::Nil));
    let mut work = UnitOfWork::new();
    let spawned = async {
        tokio::spawn(async move { connection.get::<_, Value>("a").await }).await.unwrap().unwrap();
    };
    work.around(spawned).await;
    assert_eq!(work.end().operations(OperationKind::Redis), 0);
    assert_eq!(entered(&[], &meters.points(), OperationKind::Redis), 1);
}

#[tokio::test]
async fn the_time_of_commands_is_that_in_which_any_was_under_way() {
    let meters = RedisMeters::new();
    let pause = Duration::from_millis(30);
    let slow = || meters.measure(Scripted::new([Step::Slow(pause)]));
    let (mut one, mut other) = (slow(), slow());
    let mut work = UnitOfWork::new();
    let commands = work.around(async {
        let (one, other) = join!(one.get::<_, Value>("a"), other.get::<_, Value>("b"));
        assert!(one.is_ok() && other.is_ok());
        thread::sleep(pause);
    });
    commands.await;
    let bill = work.end();
    let (redis, handler) = (bill.time(Part::Redis), bill.time(Part::Handler));
    assert!(redis >= pause && handler >= pause, "{bill:?}");
    let recorded: f64 = meters.of(DURATION).iter().map(|point| point.sum).sum();
    assert!(redis.as_secs_f64() < recorded - 0.02, "both at once: {redis:?} of {recorded}");
    assert_eq!(bill.operations(OperationKind::Redis), 2);
}
