use std::{
    fs,
    panic::{self, AssertUnwindSafe},
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use ::redis::{AsyncConnectionConfig, ErrorKind, RedisError, RedisResult, ServerErrorKind, Value};

use super::{sentinel::until, *};
use crate::server::GONE;

/// Sends one command on a connection of its own.
async fn ask(server: &Redis, words: &[&str]) -> RedisResult<Value> {
    ask_within(Duration::from_secs(20), server, words).await
}

/// The same, giving up after so long.
async fn ask_within(limit: Duration, server: &Redis, words: &[&str]) -> RedisResult<Value> {
    let client = ::redis::Client::open(server.url())?;
    let limit = Some(limit);
    let config = AsyncConnectionConfig::new().set_connection_timeout(limit);
    let config = config.set_response_timeout(limit);
    let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
    ::redis::cmd(words[0]).arg(&words[1..]).query_async(&mut connection).await
}

async fn survives(start: fn(&[(&str, &str)]) -> Redis) {
    let mut server = start(&[("save", "3600 1000000")]);
    let get = async |server: &Redis| ask(server, &["GET", "book"]).await;
    ask(&server, &["SET", "book", "Dune"]).await.unwrap();
    let dune = Value::BulkString(b"Dune".into());
    assert_eq!(get(&server).await.unwrap(), dune);

    server.stop();
    assert!(get(&server).await.unwrap_err().is_connection_refusal());
    server.restart();
    assert_eq!(get(&server).await.unwrap(), dune, "it was asked to end, and kept what it had");

    server.freeze();
    let late = ask_within(Duration::from_millis(300), &server, &["GET", "book"]).await;
    assert!(late.unwrap_err().is_timeout());
    server.thaw();
    assert_eq!(get(&server).await.unwrap(), dune);

    ask(&server, &["SET", "book", "Emma"]).await.unwrap();
    server.kill();
    assert!(get(&server).await.unwrap_err().is_connection_refusal());
    server.restart();
    assert_eq!(get(&server).await.unwrap(), dune, "nobody had told it to keep the last");
}

#[tokio::test]
async fn redis_survives_whatever_is_done_to_it() {
    survives(Redis::start_with).await;
}

#[tokio::test]
async fn valkey_survives_whatever_is_done_to_it() {
    survives(Redis::valkey_with).await;
    let name = Redis::valkey().info("server").remove("server_name");
    assert_eq!(name.as_deref(), Some("valkey"));
}

#[tokio::test]
async fn a_server_that_still_reads_what_it_kept_says_so() {
    let mut server = Redis::start_with(&[
        ("save", "3600 1000000"),
        ("rdbcompression", "no"),
        ("key-load-delay", "10000"),
        // It serves clients after as many bytes.
        ("loading-process-events-interval-bytes", "1024"),
    ]);
    server.cli(&["debug", "populate", "1000", "key", "1000"]);
    server.stop();
    server.restart_loading();
    let error = ask(&server, &["GET", "book"]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Server(ServerErrorKind::BusyLoading));
}

#[tokio::test]
async fn a_server_with_a_password_tells_it_in_its_url() {
    let server = Redis::start_with(&[("requirepass", "s3cret")]);
    assert_eq!(ask(&server, &["PING"]).await.unwrap(), Value::SimpleString("PONG".into()));
    assert_eq!(server.cli(&["ping"]), "PONG");
    let stranger = ::redis::Client::open(format!("redis://{}", server.address())).unwrap();
    let mut stranger = stranger.get_multiplexed_async_connection().await.unwrap();
    let error = ::redis::cmd("PING").query_async::<Value>(&mut stranger).await.unwrap_err();
    assert_eq!(error.code(), Some("NOAUTH"));
}

#[tokio::test]
async fn a_server_answers_on_its_socket_too() {
    let server = Redis::start();
    let url = format!("redis+unix://{}", server.socket().display());
    let client = ::redis::Client::open(url).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let _: () = ::redis::cmd("SET").arg("a").arg(1).query_async(&mut connection).await.unwrap();
    assert_eq!(server.cli(&["get", "a"]), "1");
    assert_eq!(server.info("commandstats")["cmdstat_set"].split_once(',').unwrap().0, "calls=1");
}

/// The address to which an error sends its client.
fn redirected(error: &RedisError) -> (Option<&str>, Option<&str>) {
    (error.code(), error.redirect_node().map(|(address, _)| address))
}

#[tokio::test]
async fn a_cluster_sends_clients_where_a_key_is() {
    let mut cluster = RedisCluster::start();
    let [from, to] = [cluster.owner("book"), (cluster.owner("book") + 1) % 3];
    let target = cluster.nodes()[to].address().to_string();
    let get = async |node: &Redis| ask(node, &["GET", "book"]).await;
    assert_eq!(get(&cluster.nodes()[from]).await.unwrap(), Value::Nil);

    cluster.begin_move("book", to);
    let error = get(&cluster.nodes()[from]).await.unwrap_err();
    assert_eq!(redirected(&error), (Some("ASK"), Some(&*target)));
    cluster.end_move("book", to);
    for n in (0..3).filter(|n| *n != to) {
        let error = get(&cluster.nodes()[n]).await.unwrap_err();
        assert_eq!(redirected(&error), (Some("MOVED"), Some(&*target)), "{n}");
    }
    assert_eq!(get(&cluster.nodes()[to]).await.unwrap(), Value::Nil);

    cluster.node(to).kill();
    assert!(get(&cluster.nodes()[to]).await.unwrap_err().is_connection_refusal());
    cluster.node(to).restart();
    cluster.settle();
    assert_eq!(get(&cluster.nodes()[to]).await.unwrap(), Value::Nil);
    assert_eq!(cluster.urls().len(), 3);
}

#[tokio::test]
async fn a_sentinel_makes_a_master_of_the_replica() {
    let mut watched = RedisSentinel::start();
    watched.master().cli(&["set", "book", "Dune"]);
    let error = ask(watched.replica(), &["SET", "book", "Emma"]).await.unwrap_err();
    assert_eq!(error.code(), Some("READONLY"));
    until(|| watched.servers[1].cli(&["get", "book"]) == "Dune");

    watched.master().kill();
    watched.failed_over();
    watched.replica().cli(&["set", "book", "Emma"]);
    let sentinel = ::redis::Client::open(watched.url()).unwrap();
    let mut sentinel = sentinel.get_multiplexed_async_connection().await.unwrap();
    let mut question = ::redis::cmd("SENTINEL");
    question.arg("get-master-addr-by-name").arg(RedisSentinel::NAME);
    let master: [String; 2] = question.query_async(&mut sentinel).await.unwrap();
    assert_eq!(master.join(":"), watched.replica().address().to_string());
}

/// The ids of all processes that work in a folder of ours.
fn processes_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir("/proc").unwrap().filter_map(Result::ok).map(|entry| entry.path());
    let there = |process: &PathBuf| {
        fs::read_link(process.join("cwd")).is_ok_and(|cwd| cwd.starts_with(folder))
    };
    entries.filter(there).collect()
}

#[test]
fn no_redis_outlives_a_panic() {
    for frozen in [false, true] {
        let mut server = Redis::start();
        let folder = server.server.folder().to_owned();
        assert!(!processes_in(&folder).is_empty(), "{folder:?}");
        if frozen {
            server.freeze();
        }
        let test = AssertUnwindSafe(move || {
            let _server = server;
            panic!("as a test does");
        });
        assert!(panic::catch_unwind(test).is_err());
        assert_eq!(processes_in(&folder), Vec::<PathBuf>::new());
        assert!(!folder.exists());
    }
}

/// In a process of its own, which aborts.
#[test]
fn no_redis_outlives_an_abort() {
    const CHILD: &str = "KYMO_TEST_ABORTS";
    if std::env::var_os(CHILD).is_some() {
        let watched = RedisSentinel::start();
        let servers = [&watched.servers[0].server, &watched.servers[1].server, &watched.sentinel];
        println!("folders: {:?}", servers.map(Server::folder));
        std::process::abort();
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "redis::tests::no_redis_outlives_an_abort", "--nocapture"])
        .env(CHILD, "")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let Some((_, folders)) = said.split_once("folders: ") else {
        panic!("it did not start them all: {}", String::from_utf8_lossy(&output.stderr))
    };
    let folders = folders.lines().next().unwrap();
    let folders: [PathBuf; 3] = serde_json::from_str(folders).unwrap();
    for folder in folders {
        let start = Instant::now();
        while folder.exists() || !processes_in(&folder).is_empty() {
            assert!(start.elapsed() < GONE, "{folder:?} is still there");
            thread::sleep(Duration::from_millis(50));
        }
    }
}

#[test]
fn a_taken_port_is_told_from_other_failures() {
    let taken = Redis::start();
    let other = scratch::folder();
    let ports = [taken.server.address(), crate::port::Port::any().address()];
    let program = Maker::Redis.program(&[]);
    assert!(program.listening(other.path(), &ports, started).is_none());
}
