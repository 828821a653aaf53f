//! Servers that refuse.

use integration_tests::Redis;
use redis::{
    Client, RedisResult, Script, Value,
    aio::{ConnectionLike, ConnectionManagerConfig},
};

use crate::redis::{
    ask,
    scene::{LONG, Scene, multiplexed},
    transcript::Transcript,
};

async fn stranger(mut connection: impl ConnectionLike) -> Transcript {
    let mut seen = Transcript::default();
    seen.tried("get", &ask(&mut connection, &["GET", "a"]).await);
    seen.tried("wrong", &ask(&mut connection, &["AUTH", "guessed"]).await);
    let mut pipeline = redis::pipe();
    pipeline.get("a").get("b");
    seen.tried("pipeline", &pipeline.query_async::<Value>(&mut connection).await);
    seen.tried("right", &ask(&mut connection, &["AUTH", "s3cret"]).await);
    seen.tried("get", &ask(&mut connection, &["GET", "a"]).await);
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_refused_until_the_password_is_right() {
    let scene = Scene::start_with(&[("requirepass", "s3cret")]);
    let [one, other] =
        scene.servers.each_ref().map(|server| format!("redis://{}", server.address()));
    let bare = multiplexed(&one, LONG).await;
    let measured = scene.measured(multiplexed(&other, LONG).await);
    let told = (stranger(bare).await, stranger(measured).await);
    let seen = scene.seen(told);
    let refused = [("AUTH -WRONGPASS", 1), ("GET -NOAUTH", 1)];
    let rest = [("AUTH", 1), ("GET", 1), ("PIPELINE GET -NOAUTH", 1)];
    seen.operations(&[&rest[..], &refused].concat());
    seen.caches(&[("redis error", 3), ("redis miss", 1)]);
}

async fn locked_out(mut connection: impl ConnectionLike) -> Transcript {
    let mut seen = Transcript::default();
    seen.tried("get", &ask(&mut connection, &["GET", "a"]).await);
    seen
}

/// A connection is opened within the first command.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_fails_the_command_that_opens_the_connection() {
    let scene = Scene::start_with(&[("requirepass", "s3cret")]);
    let [bare, measured] = scene.servers.each_ref().map(|server| {
        let client = Client::open(format!("redis://:guessed@{}", server.address())).unwrap();
        let config = ConnectionManagerConfig::new().set_connection_timeout(Some(LONG));
        let config = config.set_response_timeout(Some(LONG)).set_number_of_retries(0);
        client.get_connection_manager_lazy(config).unwrap()
    });
    let told = (locked_out(bare).await, locked_out(scene.measured(measured)).await);
    let seen = scene.seen(told);
    seen.operations(&[("GET authentication_failed", 1)]);
    seen.caches(&[("redis error", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_still_loads_refuses() {
    let mut scene = Scene::start_with(&[
        ("save", "3600 1000000"),
        ("rdbcompression", "no"),
        ("key-load-delay", "2000"),
        ("loading-process-events-interval-bytes", "1024"),
    ]);
    for server in &mut scene.servers {
        server.cli(&["debug", "populate", "1000", "key", "1000"]);
        server.stop();
        server.restart_loading();
    }
    let (bare, measured) = scene.connections().await;
    let told = (locked_out(bare.clone()).await, locked_out(measured.clone()).await);
    let seen = scene.seen(told);
    seen.operations(&[("GET -LOADING", 1)]).caches(&[("redis error", 1)]);
}

async fn writes(mut connection: impl ConnectionLike) -> Transcript {
    let mut seen = Transcript::default();
    seen.tried("get", &ask(&mut connection, &["GET", "a"]).await);
    seen.tried("set", &ask(&mut connection, &["SET", "a", "1"]).await);
    let mut pipeline = redis::pipe();
    pipeline.get("a").set("a", 1).del("a");
    seen.tried("pipeline", &pipeline.query_async::<Value>(&mut connection).await);
    seen.tried("atomic", &pipeline.atomic().query_async::<Value>(&mut connection).await);
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_refuses_to_write() {
    let master = Redis::start();
    let of = format!("127.0.0.1 {}", master.address().port());
    let scene = Scene::start_with(&[("replicaof", &of)]);
    let (bare, measured) = scene.connections().await;
    let told = (writes(bare).await, writes(measured).await);
    let seen = scene.seen(told);
    let refused = [("MULTI -READONLY", 1), ("PIPELINE -READONLY", 1), ("SET -READONLY", 1)];
    seen.operations(&[&[("GET", 1)], &refused[..]].concat());
    // The atomic one was not carried out at all.
    seen.caches(&[("redis error", 1), ("redis miss", 2)]);
}

async fn forgets_scripts(mut connection: impl ConnectionLike, server: &Redis) -> Transcript {
    let mut seen = Transcript::default();
    let script = Script::new("return redis.call('incr', KEYS[1])");
    let mut call = script.key("visits");
    for time in ["unknown", "known", "forgotten"] {
        let answer: RedisResult<i64> = call.arg(1).invoke_async(&mut connection).await;
        seen.tried(time, &answer);
        if time == "known" {
            server.cli(&["script", "flush"]);
        }
    }
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_is_not_known_is_loaded_and_all_of_it_counted() {
    let scene = Scene::start();
    let (bare, measured) = scene.connections().await;
    let [one, other] = &scene.servers;
    let told = (forgets_scripts(bare, one).await, forgets_scripts(measured, other).await);
    let seen = scene.seen(told);
    seen.operations(&[("EVALSHA", 3), ("EVALSHA -NOSCRIPT", 2), ("SCRIPT LOAD", 2)]).caches(&[]);
}
