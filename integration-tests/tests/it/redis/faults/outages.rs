//! Servers that go away.

use std::time::Duration;

use integration_tests::Redis;
use redis::{Value, aio::ConnectionLike};
use tokio::time::{sleep, timeout};

use crate::redis::{ask, metrics_read::MetricsRead, scene::Scene, transcript::Transcript};

const SET: &[&str] = &["SET", "book:1", "Dune"];
const GET: &[&str] = &["GET", "book:1"];

/// Long enough for a command to be sent.
const MOMENT: Duration = Duration::from_millis(50);

async fn killed(mut connection: impl ConnectionLike, server: &mut Redis) -> Transcript {
    let mut seen = Transcript::default();
    seen.tried("set", &ask(&mut connection, SET).await);
    seen.tried("get", &ask(&mut connection, GET).await);
    server.freeze();
    let (pending, ()) = tokio::join!(ask(&mut connection, GET), async {
        sleep(MOMENT).await;
        server.kill();
    });
    seen.tried("pending", &pending);
    seen.tried("later", &ask(&mut connection, &["MGET", "a", "b"]).await);
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_ends_with_a_server_that_is_killed() {
    let mut scene = Scene::start();
    let (bare, measured) = scene.connections().await;
    let [one, other] = &mut scene.servers;
    let told = (killed(bare, one).await, killed(measured, other).await);
    let seen = scene.seen(told);
    let lost = [("GET connection_lost", 1), ("MGET connection_lost", 1)];
    seen.operations(&[[("GET", 1), ("SET", 1)], lost].concat());
    seen.caches(&[("redis error", 3), ("redis hit", 1), ("redis write", 1)]);
}

async fn stopped(mut connection: impl ConnectionLike, server: &mut Redis) -> Transcript {
    let mut seen = Transcript::default();
    seen.tried("set", &ask(&mut connection, SET).await);
    server.stop();
    seen.tried("get", &ask(&mut connection, GET).await);
    let mut pipeline = redis::pipe();
    pipeline.set("a", 1).get("a");
    seen.tried("pipeline", &pipeline.query_async::<Value>(&mut connection).await);
    seen.tried("atomic", &pipeline.atomic().query_async::<Value>(&mut connection).await);
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_stopped_is_a_connection_lost() {
    let mut scene = Scene::start();
    let (bare, measured) = scene.connections().await;
    let [one, other] = &mut scene.servers;
    let told = (stopped(bare, one).await, stopped(measured, other).await);
    let seen = scene.seen(told);
    let batches = [("MULTI connection_lost", 1), ("PIPELINE connection_lost", 1)];
    seen.operations(&[[("GET connection_lost", 1), ("SET", 1)], batches].concat());
    seen.caches(&[("redis error", 3), ("redis write", 1)]);
}

/// Connects again as soon as somebody asks.
async fn restarted(mut connection: impl ConnectionLike, server: &mut Redis) -> Transcript {
    let mut seen = Transcript::default();
    seen.tried("set", &ask(&mut connection, SET).await);
    server.kill();
    seen.tried("lost", &ask(&mut connection, GET).await);
    seen.tried("refused", &ask(&mut connection, GET).await);
    server.restart();
    // One that was refused already may be reported still.
    while ask(&mut connection, GET).await.is_err() {
        seen.note("still", "refused");
    }
    seen.tried("set again", &ask(&mut connection, SET).await);
    seen.tried("get", &ask(&mut connection, GET).await);
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_connects_again_when_its_server_is_back() {
    let mut scene = Scene::start();
    let (bare, measured) = scene.managers();
    let [one, other] = &mut scene.servers;
    let told = (restarted(bare, one).await, restarted(measured, other).await);
    let still = told.1.0.iter().filter(|line| line.starts_with("still")).count() as u64;
    let seen = scene.seen(told);
    let failed = [("GET connection_lost", 1), ("GET connection_refused", 1 + still)];
    seen.operations(&[[("GET", 2), ("SET", 2)], failed].concat());
    let requests = [("redis error", 2 + still), ("redis hit", 1), ("redis miss", 1)];
    seen.caches(&[&requests[..], &[("redis write", 2)]].concat());
}

async fn silent(mut connection: impl ConnectionLike, server: &mut Redis) -> Transcript {
    let mut seen = Transcript::default();
    server.freeze();
    seen.tried("get", &ask(&mut connection, GET).await);
    seen.tried("set", &ask(&mut connection, SET).await);
    server.thaw();
    seen.tried("late", &ask(&mut connection, GET).await);
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_nothing_is_a_timeout() {
    let mut scene = Scene::start();
    let (bare, measured) = scene.patient(Duration::from_millis(300)).await;
    let [one, other] = &mut scene.servers;
    let told = (silent(bare, one).await, silent(measured, other).await);
    let seen = scene.seen(told);
    seen.operations(&[("GET", 1), ("GET timeout", 1), ("SET timeout", 1)]);
    // It was set after all, and found so; nobody knew it then.
    seen.caches(&[("redis error", 1), ("redis hit", 1)]);
    seen.snapshot()
        .histogram("db.client.operation.duration")
        .with("error.type", "timeout")
        .assert_at_most(0.1, 0);
}

async fn given_up(mut connection: impl ConnectionLike, server: &mut Redis) -> Transcript {
    let mut seen = Transcript::default();
    server.freeze();
    seen.note("get", timeout(MOMENT, ask(&mut connection, GET)).await.is_err());
    let mut pipeline = redis::pipe();
    pipeline.get("a").get("b");
    let answer = pipeline.query_async::<Value>(&mut connection);
    seen.note("pipeline", timeout(MOMENT, answer).await.is_err());
    // A command that is never polled is never sent.
    drop(ask(&mut connection, SET));
    drop(connection.req_packed_command(&redis::cmd("FLUSHALL")));
    server.thaw();
    seen.tried("answered", &ask(&mut connection, GET).await);
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_is_given_up_is_cancelled() {
    let mut scene = Scene::start();
    let (bare, measured) = scene.connections().await;
    let [one, other] = &mut scene.servers;
    let told = (given_up(bare, one).await, given_up(measured, other).await);
    let seen = scene.seen(told);
    seen.operations(&[("GET", 1), ("GET cancelled", 1), ("PIPELINE GET cancelled", 1)]);
    seen.caches(&[("redis error", 3), ("redis miss", 1)]);
}

/// Many at once, on clones of one connection, when its server is killed.
#[tokio::test(flavor = "multi_thread")]
async fn every_command_of_a_crowd_is_counted_once() {
    let mut scene = Scene::start();
    let (_, measured) = scene.connections().await;
    scene.servers[1].freeze();
    let crowd = (0..100).map(|n: u32| {
        let mut connection = measured.clone();
        tokio::spawn(async move {
            let patience = if n.is_multiple_of(4) { MOMENT } else { 100 * MOMENT };
            let answer = timeout(patience, ask(&mut connection, GET)).await;
            answer.map_or("cancelled", |answer| if answer.is_ok() { "ok" } else { "lost" })
        })
    });
    let crowd = crowd.collect::<Vec<_>>();
    sleep(5 * MOMENT).await;
    scene.servers[1].kill();
    let mut ends = Vec::new();
    for one in crowd {
        ends.push(one.await.unwrap());
    }
    let count = |end| ends.iter().filter(|seen| **seen == end).count() as u64;
    assert_eq!((count("cancelled"), count("lost")), (25, 75), "{ends:?}");
    let seen = MetricsRead::of(scene.telemetry.snapshot());
    seen.operations(&[("GET cancelled", 25), ("GET connection_lost", 75)]);
    seen.caches(&[("redis error", 100)]);
}
