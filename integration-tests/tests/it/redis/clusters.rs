//! A cluster of three: a command is one, however often it is sent on.

use std::{thread, time::Duration};

use integration_tests::RedisCluster;
use kymo::{
    redis::{ClusterNode, MeasuredConnection, RedisSettings},
    testing::TestTelemetry,
};
use redis::{
    AsyncCommands, Value, cluster::ClusterClientBuilder, cluster_async::ClusterConnection,
};

use super::{
    ask, commandstats::calls, metrics_read::MetricsRead, scene::LONG, transcript::Transcript,
};

/// Two clusters with the same in them.
struct Scene {
    clusters: [RedisCluster; 2],
    telemetry: TestTelemetry,
}

impl Scene {
    fn start() -> Self {
        let starting = [(), ()].map(|()| thread::spawn(RedisCluster::start));
        let clusters = starting.map(|cluster| cluster.join().unwrap());
        Self { clusters, telemetry: TestTelemetry::new() }
    }

    async fn connections(&self) -> (ClusterConnection, MeasuredConnection<ClusterConnection>) {
        let [bare, measured] = self.clusters.each_ref().map(async |cluster| {
            client(cluster).build().unwrap().get_async_connection().await.unwrap()
        });
        (bare.await, self.telemetry.redis(measured.await))
    }

    /// One that counts redirects.
    async fn own(&self) -> MeasuredConnection<ClusterConnection<ClusterNode>> {
        let redis = self.telemetry.redis_handle(&RedisSettings::new());
        redis.cluster(client(&self.clusters[1])).await.unwrap()
    }

    #[track_caller]
    fn seen(&self, (bare, measured): (Transcript, Transcript)) -> MetricsRead {
        let told = [(bare, &self.clusters[0]), (measured, &self.clusters[1])];
        let [bare, measured] = told.map(|(told, cluster)| {
            let addresses = cluster.nodes().iter().map(|node| node.address().to_string());
            let hide = |line: &String| {
                addresses
                    .clone()
                    .fold(line.clone(), |line, address| line.replace(&address, "a node"))
            };
            told.0.iter().map(hide).collect::<Vec<_>>()
        });
        assert!(!bare.is_empty());
        assert_eq!(bare, measured);
        MetricsRead::of(self.telemetry.snapshot())
    }

    /// How often the nodes of the measured cluster carried out a command, and how often they sent
    /// one on.
    fn carried_out(&self, command: &str) -> (u64, u64) {
        let nodes = self.clusters[1].nodes().iter();
        let each = nodes.map(|node| {
            let stats = node.info("commandstats");
            let line = stats.get(&format!("cmdstat_{command}")).cloned().unwrap_or_default();
            let rejected = line.split(',').find_map(|field| field.strip_prefix("rejected_calls="));
            let carried_out = calls(node).get(command).copied().unwrap_or_default();
            (carried_out, rejected.map_or(0, |calls| calls.parse::<u64>().unwrap()))
        });
        each.fold((0, 0), |(all, sent_on), (one, other)| (all + one, sent_on + other))
    }
}

/// Each command is tried twice.
fn client(cluster: &RedisCluster) -> ClusterClientBuilder {
    let builder = ClusterClientBuilder::new(cluster.urls()).connection_timeout(LONG);
    builder.response_timeout(LONG).retries(1).min_retry_wait(10)
}

async fn redirected(mut connection: impl AsyncCommands, cluster: &RedisCluster) -> Transcript {
    let mut seen = Transcript::default();
    for n in 0..30 {
        seen.tried("set", &connection.set::<_, _, ()>(format!("key-{n}"), n).await);
    }
    let to = (cluster.owner("moving") + 1) % 3;
    seen.tried("before", &ask(&mut connection, &["GET", "moving"]).await);
    cluster.begin_move("moving", to);
    seen.tried("asked", &ask(&mut connection, &["GET", "moving"]).await);
    cluster.end_move("moving", to);
    seen.tried("moved", &ask(&mut connection, &["GET", "moving"]).await);
    seen.tried("set", &ask(&mut connection, &["SET", "moving", "there"]).await);
    seen.tried("after", &ask(&mut connection, &["GET", "moving"]).await);
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_is_sent_on_is_counted_once() {
    let scene = Scene::start();
    let ((bare, _), measured) = (scene.connections().await, scene.own().await);
    let [one, other] = &scene.clusters;
    let told = (redirected(bare, one).await, redirected(measured, other).await);
    let seen = scene.seen(told);
    seen.operations(&[("GET", 4), ("SET", 31)]);
    seen.caches(&[("redis hit", 1), ("redis miss", 3), ("redis write", 31)]);
    let redirects = seen.snapshot().counter("kymo.redis.redirects");
    redirects.clone().with("kymo.redis.redirect", "ask").assert(1);
    redirects.with("kymo.redis.redirect", "moved").assert(1);
    assert_eq!(scene.carried_out("get"), (4, 2), "one was sent on once, and one for good");
    assert_eq!(scene.carried_out("set"), (31, 0));
}

async fn across(mut connection: impl AsyncCommands) -> Transcript {
    let mut seen = Transcript::default();
    let keys = (0..12).map(|n| format!("key-{n}")).collect::<Vec<_>>();
    for key in keys.iter().step_by(2) {
        seen.tried("set", &connection.set::<_, _, ()>(key, key).await);
    }
    seen.tried("mget", &connection.mget::<_, Vec<Option<String>>>(&keys).await);
    seen.tried("del", &connection.del::<_, i64>(&keys).await);
    seen.tried("everywhere", &ask(&mut connection, &["DBSIZE"]).await);
    seen.tried("sinter", &ask(&mut connection, &["SINTER", "a", "b"]).await);
    let mut pipeline = redis::pipe();
    pipeline.get("{same}1").set("{same}1", 1).get("{same}1");
    seen.tried("pipeline", &pipeline.query_async::<Value>(&mut connection).await);
    seen.tried("atomic", &pipeline.atomic().query_async::<Value>(&mut connection).await);
    let mut pipeline = redis::pipe();
    pipeline.get("a").get("b");
    seen.tried("crossing", &pipeline.query_async::<Value>(&mut connection).await);
    seen.tried("crossing at once", &pipeline.atomic().query_async::<Value>(&mut connection).await);
    seen.tried("emptied", &ask(&mut connection, &["DEL", "{same}1"]).await);
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn what_concerns_several_nodes_is_counted_once() {
    let scene = Scene::start();
    let (bare, measured) = scene.connections().await;
    let told = (across(bare).await, across(measured).await);
    assert_eq!(told.1, across(scene.own().await).await);
    let seen = scene.seen(told);
    let single = [("DBSIZE", 2), ("DEL", 4), ("MGET", 2), ("SET", 12), ("SINTER -CROSSSLOT", 2)];
    let batches = [("MULTI", 2), ("MULTI GET -CROSSSLOT", 2), ("PIPELINE", 2)];
    let crossing = [("PIPELINE GET -CROSSSLOT", 2)];
    seen.operations(&[&single[..], &batches, &crossing].concat());
    seen.caches(&[("redis error", 8), ("redis hit", 18), ("redis miss", 14), ("redis write", 30)]);
    assert!(scene.carried_out("mget").0 > 1, "it was sent to several");
}

async fn killed(mut connection: impl AsyncCommands, cluster: &mut RedisCluster) -> Transcript {
    let mut seen = Transcript::default();
    let lost = cluster.owner("lost");
    let other = (0..50).map(|n| format!("key-{n}")).find(|key| cluster.owner(key) != lost).unwrap();
    seen.tried("set", &ask(&mut connection, &["SET", "lost", "1"]).await);
    seen.tried("set", &ask(&mut connection, &["SET", &other, "2"]).await);
    cluster.node(lost).kill();
    let get = ask(&mut connection, &["GET", "lost"]);
    seen.tried("lost", &tokio::time::timeout(Duration::from_secs(10), get).await.unwrap());
    seen.tried("other", &ask(&mut connection, &["GET", &other]).await);
    cluster.node(lost).restart();
    cluster.settle();
    seen.tried("back", &ask(&mut connection, &["GET", "lost"]).await);
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keys_of_a_dead_node_are_lost_and_no_others() {
    let mut scene = Scene::start();
    let (bare, measured) = scene.connections().await;
    let [one, other] = &mut scene.clusters;
    let told = (killed(bare, one).await, killed(measured, other).await);
    let seen = scene.seen(told);
    seen.operations(&[("GET", 2), ("GET -MOVED", 1), ("SET", 2)]);
    seen.caches(&[("redis error", 1), ("redis hit", 1), ("redis miss", 1), ("redis write", 2)]);
}
