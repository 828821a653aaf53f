//! A service that uses Redis through the typed commands of the client.

use std::time::Duration;

use integration_tests::Redis;
use redis::{
    AsyncCommands, FromRedisValue, Pipeline, RedisResult, Script, Value, aio::ConnectionLike,
};

use super::{
    ask,
    commandstats::calls,
    scene::{LONG, Scene, multiplexed},
    transcript::Transcript,
};

async fn serves(mut connection: impl AsyncCommands) -> Transcript {
    let mut seen = Transcript::default();
    typed(&mut connection, &mut seen).await;
    pipelines(&mut connection, &mut seen).await;
    scripts(&mut connection, &mut seen).await;
    iterators(&mut connection, &mut seen).await;
    seen.note("database", connection.get_db());
    seen
}

async fn typed(connection: &mut impl AsyncCommands, seen: &mut Transcript) {
    seen.tried("set", &connection.set::<_, _, ()>("title", "Dune").await);
    seen.tried("get", &connection.get::<_, String>("title").await);
    seen.tried("get of nothing", &connection.get::<_, Option<String>>("none").await);
    seen.tried("nothing as text", &connection.get::<_, String>("none").await);
    seen.tried("text as a number", &connection.get::<_, i64>("title").await);
    seen.tried("wrong type", &connection.lpush::<_, _, ()>("title", 1).await);
    seen.tried("mget", &connection.mget::<_, Vec<Option<String>>>(&["title", "none"]).await);
    seen.tried("empty mget", &connection.mget::<_, Vec<String>>(&[] as &[&str]).await);
    seen.tried("binary", &connection.set::<_, _, ()>(b"\0\xff".as_slice(), b"\r\n\0").await);
    seen.tried("binary", &connection.get::<_, Vec<u8>>(b"\0\xff".as_slice()).await);
    seen.tried("hash", &connection.hset_multiple::<_, _, _, ()>("h", &[("a", 1), ("b", 2)]).await);
    seen.tried("hash", &connection.hgetall::<_, Vec<(String, i64)>>("h").await);
    seen.tried(
        "nil as nothing",
        &redis::cmd("GET").arg("none").query_async::<()>(connection).await,
    );
}

async fn pipelines(connection: &mut impl ConnectionLike, seen: &mut Transcript) {
    let mut pipeline = redis::pipe();
    pipeline.set("a", 1).ignore().incr("a", 41).get("a").get("none");
    seen.tried("pipeline", &pipeline.query_async::<(i64, i64, Option<i64>)>(connection).await);
    seen.tried("atomic", &pipeline.clone().atomic().query_async::<Value>(connection).await);
    seen.tried("empty", &Pipeline::new().query_async::<Value>(connection).await);
    seen.tried(
        "empty and atomic",
        &Pipeline::new().atomic().query_async::<Value>(connection).await,
    );
    let mut failing = redis::pipe();
    failing.get("a").cmd("LPUSH").arg("a").arg(1).get("a").cmd("NOSUCH");
    seen.tried("failing", &failing.query_async::<Value>(connection).await);
    let mut ignoring = failing.clone();
    ignoring.ignore_errors();
    let answers = ignoring.query_async::<Vec<RedisResult<Value>>>(connection).await;
    seen.tried("ignoring", &answers);
    seen.tried("failing at once", &failing.atomic().query_async::<Value>(connection).await);
}

async fn scripts(connection: &mut impl ConnectionLike, seen: &mut Transcript) {
    let script = Script::new("redis.call('set', KEYS[1], ARGV[1]) return {KEYS[1], ARGV[1]}");
    for time in ["loaded", "known"] {
        let answer = script.key("s").arg(7).invoke_async::<(String, i64)>(connection).await;
        seen.tried(time, &answer);
    }
    let failing = Script::new("return redis.call('lpush', KEYS[1], 1)");
    seen.tried("failing", &failing.key("s").invoke_async::<Value>(connection).await);
}

async fn iterators(connection: &mut impl AsyncCommands, seen: &mut Transcript) {
    for n in 0..50 {
        seen.tried("sadd", &connection.sadd::<_, _, ()>("set", format!("member-{n}")).await);
    }
    let mut keys = all(connection.scan::<Vec<u8>>().await.unwrap()).await;
    keys.sort();
    seen.note("scan", keys);
    let mut members = all(connection.sscan::<_, String>("set").await.unwrap()).await;
    members.sort();
    seen.note("sscan", members);
    seen.tried("of no set", &connection.sscan::<_, String>("title").await.map(drop));
}

async fn all<T: FromRedisValue + Send + Unpin>(mut iterator: redis::AsyncIter<'_, T>) -> Vec<T> {
    let mut all = Vec::new();
    while let Some(item) = iterator.next_item().await {
        all.push(item.unwrap());
    }
    all
}

/// Everything but the steps of the iterators.
const OPERATIONS: &[(&str, u64)] = &[
    ("EVALSHA", 2),
    ("EVALSHA -NOSCRIPT", 2),
    ("EVALSHA -WRONGTYPE", 1),
    ("GET", 6),
    ("HGETALL", 1),
    ("HMSET", 1),
    ("LPUSH -WRONGTYPE", 1),
    ("MGET", 1),
    ("MGET -ERR", 1),
    ("MULTI", 2),
    ("MULTI -ERR", 1),
    ("PIPELINE", 1),
    ("PIPELINE -WRONGTYPE", 2),
    // An empty one, which is not sent.
    ("PIPELINE client", 1),
    ("SADD", 50),
    ("SCAN", 1),
    ("SCRIPT LOAD", 2),
    ("SET", 2),
    ("SSCAN -WRONGTYPE", 1),
];

/// The last `MULTI` was not carried out.
const CACHES: &[(&str, u64)] =
    &[("redis error", 2), ("redis hit", 11), ("redis miss", 6), ("redis write", 8)];

async fn a_service_sees_no_difference(start: fn() -> Redis, protocol: &str) {
    let scene = Scene::of([start(), start()]);
    let [bare, measured] = scene.servers.each_ref().map(|server| {
        let url = format!("{}/?protocol={protocol}", server.url());
        async move { multiplexed(&url, LONG).await }
    });
    let told = (serves(bare.await).await, serves(scene.measured(measured.await)).await);
    // How many steps there are is decided by the order of the members, which nobody knows.
    let steps = calls(&scene.servers[1])["sscan"];
    let expected = OPERATIONS.iter().copied().chain([("SSCAN", steps - 1)]).collect::<Vec<_>>();
    scene.seen(told).operations(&expected).caches(CACHES);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_sees_no_difference_on_redis() {
    a_service_sees_no_difference(Redis::start, "resp2").await;
    a_service_sees_no_difference(Redis::start, "resp3").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_sees_no_difference_on_valkey() {
    a_service_sees_no_difference(Redis::valkey, "resp2").await;
    a_service_sees_no_difference(Redis::valkey, "resp3").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn megabytes_come_through_whole() {
    let scene = Scene::start();
    let (bare, measured) = scene.connections().await;
    let told = (large(bare).await, large(measured).await);
    let seen = scene.seen(told);
    seen.operations(&[("GET", 4), ("LRANGE", 1), ("PIPELINE GET", 1), ("RPUSH", 1), ("SET", 4)]);
    seen.caches(&[("redis hit", 8), ("redis write", 4)]);
}

async fn large(mut connection: impl AsyncCommands) -> Transcript {
    let mut seen = Transcript::default();
    let mut pipeline = redis::pipe();
    for megabytes in [1_usize, 2, 4, 8] {
        let value = (0..megabytes << 20).map(|n| (n % 251).to_le_bytes()[0]).collect::<Vec<_>>();
        connection.set::<_, _, ()>(megabytes, &value).await.unwrap();
        let got = connection.get::<_, Vec<u8>>(megabytes).await.unwrap();
        seen.note("the same", got == value);
        pipeline.get(megabytes);
    }
    let lengths = pipeline.query_async::<Vec<Vec<u8>>>(&mut connection).await.unwrap();
    seen.note("lengths", lengths.iter().map(Vec::len).collect::<Vec<_>>());
    let many = (0..100_000).collect::<Vec<u32>>();
    seen.tried("pushed", &connection.rpush::<_, _, i64>("list", &many).await);
    let got = connection.lrange::<_, Vec<u32>>("list", 0, -1).await.unwrap();
    seen.note("the same", got == many);
    seen
}

/// The client cannot read such an answer, and gives up the connection.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_no_redis_fails_to_be_parsed() {
    let scene = Scene::start();
    let (bare, measured) = scene.connections().await;
    let told = (unreadable(bare).await, unreadable(measured).await);
    scene.seen(told).operations(&[("PING", 1), ("_OTHER parse", 1)]).caches(&[]);
}

async fn unreadable(mut connection: impl ConnectionLike) -> Transcript {
    let mut seen = Transcript::default();
    seen.tried("before", &ask(&mut connection, &["PING"]).await);
    // The server quotes it in its error, which is to be text.
    let mut command = redis::cmd("NOSUCHTHING");
    let answer = command.arg(b"\xff\xfe").query_async::<Value>(&mut connection);
    seen.tried("unreadable", &tokio::time::timeout(Duration::from_secs(5), answer).await.unwrap());
    seen
}
