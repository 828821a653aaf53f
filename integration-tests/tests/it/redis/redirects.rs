//! Redirects of a cluster whose slots move.

use integration_tests::RedisCluster;
use kymo::{
    redis::{ClusterNode, MeasuredConnection, RedisSettings},
    testing::{Snapshot, TestTelemetry},
};
use redis::{
    Cmd, RedisResult, Value,
    aio::ConnectionLike,
    cluster::{ClusterClient, ClusterClientBuilder},
    cluster_async::ClusterConnection,
};

type Measured = MeasuredConnection<ClusterConnection<ClusterNode>>;

async fn measured(telemetry: &TestTelemetry, cluster: &RedisCluster) -> Measured {
    let redis = telemetry.redis_handle(&RedisSettings::new().server("cluster.local", 7000));
    redis.cluster(ClusterClientBuilder::new(cluster.urls())).await.unwrap()
}

async fn ask(connection: &mut impl ConnectionLike, words: &[&str]) -> RedisResult<Value> {
    let mut command = Cmd::new();
    command.arg(words);
    command.query_async(connection).await
}

/// How often nodes answered `MOVED`, and how often `ASK`.
fn redirects(snapshot: &Snapshot) -> [u64; 2] {
    ["moved", "ask"].map(|kind| {
        let redirects = snapshot.counter("kymo.redis.redirects").with("kymo.redis.redirect", kind);
        let series = redirects
            .with("db.namespace", "0")
            .with("db.system.name", "redis")
            .with("server.address", "cluster.local")
            .with("server.port", 7000)
            .exactly()
            .series();
        assert_eq!(series.len(), 1, "{kind}");
        series[0].reading.number().unwrap().to_string().parse().unwrap()
    })
}

/// How many commands of that name there were; they all succeeded.
fn commands(snapshot: &Snapshot, name: &str) -> u64 {
    let durations = snapshot.histogram("db.client.operation.duration");
    let durations = durations.with("db.operation.name", name.to_owned());
    let series = durations.without("error.type").series();
    series.iter().map(|series| series.reading.histogram().unwrap().count).sum()
}

fn dune() -> Value {
    Value::BulkString(b"Dune".into())
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_are_counted_by_kind_and_commands_once() {
    let cluster = RedisCluster::start();
    let to = (cluster.owner("book") + 1) % 3;
    let telemetry = TestTelemetry::new();
    let mut connection = measured(&telemetry, &cluster).await;
    let bare = ClusterClient::new(cluster.urls()).unwrap();
    let mut bare = bare.get_async_connection().await.unwrap();
    assert_eq!(redirects(&telemetry.snapshot()), [0, 0], "there from the start");

    assert_eq!(
        ask(&mut connection, &["GET", "book"]).await,
        ask(&mut bare, &["GET", "book"]).await
    );
    assert_eq!(redirects(&telemetry.snapshot()), [0, 0], "it went where it belongs");

    cluster.begin_move("book", to);
    ask(&mut connection, &["SET", "book", "Dune"]).await.unwrap();
    assert_eq!(ask(&mut connection, &["GET", "book"]).await.unwrap(), dune());
    assert_eq!(ask(&mut bare, &["GET", "book"]).await.unwrap(), dune());
    assert_eq!(redirects(&telemetry.snapshot()), [0, 2]);

    cluster.end_move("book", to);
    let pipeline = redis::pipe().get("book").get("book").to_owned();
    let [first, second]: [Value; 2] = pipeline.query_async(&mut connection).await.unwrap();
    assert_eq!([first, second], [dune(), dune()]);
    assert_eq!(redirects(&telemetry.snapshot()), [1, 2], "a pipeline is sent on once");
    assert_eq!(pipeline.query_async::<Vec<Value>>(&mut bare).await.unwrap(), [dune(), dune()]);

    for _ in 0..10 {
        assert_eq!(ask(&mut connection, &["GET", "book"]).await.unwrap(), dune());
    }
    let snapshot = telemetry.snapshot();
    assert_eq!(redirects(&snapshot), [1, 2], "it knows where to go");
    let names = ["GET", "SET", "PIPELINE GET", "ASKING", "CLUSTER SLOTS", "PING"];
    assert_eq!(names.map(|name| commands(&snapshot, name)), [12, 1, 1, 0, 0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_was_opened_again_counts_too() {
    let mut cluster = RedisCluster::start();
    let from = cluster.owner("book");
    let telemetry = TestTelemetry::new();
    let mut connection = measured(&telemetry, &cluster).await;
    ask(&mut connection, &["GET", "book"]).await.unwrap();

    cluster.node(from).kill();
    cluster.node(from).restart();
    cluster.settle();
    while ask(&mut connection, &["GET", "book"]).await.is_err() {}
    let [moved, asked] = redirects(&telemetry.snapshot());

    cluster.begin_move("book", (from + 1) % 3);
    ask(&mut connection, &["GET", "book"]).await.unwrap();
    assert_eq!(redirects(&telemetry.snapshot()), [moved, asked + 1]);
}
