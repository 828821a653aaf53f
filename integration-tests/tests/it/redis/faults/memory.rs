//! Servers that are full.

use redis::{AsyncCommands, aio::ConnectionLike};

use crate::redis::{ask, metrics_read::MetricsRead, scene::Scene, transcript::Transcript};

async fn fills(mut connection: impl ConnectionLike) -> Transcript {
    let mut seen = Transcript::default();
    seen.tried("set", &ask(&mut connection, &["SET", "first", "there"]).await);
    ask(&mut connection, &["CONFIG", "SET", "maxmemory", "1"]).await.unwrap();
    seen.tried("full", &ask(&mut connection, &["SET", "second", "is not"]).await);
    seen.tried("get", &ask(&mut connection, &["GET", "first"]).await);
    seen.tried("del", &ask(&mut connection, &["DEL", "first", "second"]).await);
    seen.tried("miss", &ask(&mut connection, &["GET", "second"]).await);
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_server_refuses_to_write() {
    let scene = Scene::start_with(&[("maxmemory-policy", "noeviction")]);
    let (bare, measured) = scene.connections().await;
    let told = (fills(bare).await, fills(measured).await);
    let seen = scene.seen(told);
    let rest = [("CONFIG SET", 1), ("DEL", 1), ("GET", 2)];
    seen.operations(&[&[("SET", 1), ("SET -OOM", 1)], &rest[..]].concat());
    seen.caches(&[("redis hit", 1), ("redis miss", 1), ("redis write", 2)]);
}

/// Only a later miss tells of an eviction: evictions are the server's to count.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_evicts_is_missed() {
    const KEYS: u64 = 2000;
    let scene = Scene::start_with(&[("maxmemory", "3mb"), ("maxmemory-policy", "allkeys-lru")]);
    let (_, mut measured) = scene.connections().await;
    for key in 0..KEYS {
        let () = measured.set(key, "x".repeat(2000)).await.unwrap();
    }
    for key in 0..KEYS {
        let _: Option<String> = measured.get(key).await.unwrap();
    }
    let stats = scene.servers[1].info("stats");
    let [evicted, hits, misses] = ["evicted_keys", "keyspace_hits", "keyspace_misses"]
        .map(|field| stats[field].parse::<u64>().unwrap());
    assert!(hits > 100, "{stats:#?}");
    // Some may have been evicted after they were found.
    assert!(hits + misses == KEYS && 0 < misses && misses <= evicted, "{stats:#?}");
    let seen = MetricsRead::of(scene.telemetry.snapshot());
    seen.operations(&[("GET", KEYS), ("SET", KEYS)]);
    seen.caches(&[("redis hit", hits), ("redis miss", misses), ("redis write", KEYS)]);
}
