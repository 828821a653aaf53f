//! The totals are those of an independent count, also where many work at once.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    thread,
    time::Duration,
};

use kymo_moka::MeasureMoka as _;
use moka::ops::compute::Op;
use tokio::{task::JoinSet, time::timeout};

use crate::cache_meters::{CacheMeters, Counts, ENTRIES};

const ROUNDS: u32 = 3_000;
const WORKERS: u32 = 4;
const KEYS: u32 = 50;

/// The counts that the program itself kept.
#[derive(Default)]
struct Seen {
    hits: AtomicI64,
    misses: AtomicI64,
    /// Requests of which the program cannot tell whether they hit.
    either: AtomicI64,
    writes: AtomicI64,
    loaded: AtomicI64,
    failed: AtomicI64,
}

fn one(count: &AtomicI64) {
    count.fetch_add(1, Ordering::Relaxed);
}

impl Seen {
    fn answer(&self, found: bool) {
        one(if found { &self.hits } else { &self.misses });
    }

    fn load(&self, key: u32, round: u32) -> Result<u32, u32> {
        if round.is_multiple_of(3) {
            one(&self.failed);
            return Err(round);
        }
        one(&self.loaded);
        one(&self.writes);
        Ok(key)
    }

    #[track_caller]
    fn assert_agree(self, counts: &Counts) {
        let Counts { hits, misses, errors, writes, loads } = *counts;
        let [seen_hits, seen_misses, either] =
            [self.hits, self.misses, self.either].map(AtomicI64::into_inner);
        assert_eq!(hits + misses, seen_hits + seen_misses + either);
        assert!(hits >= seen_hits && misses >= seen_misses, "{counts:?}");
        assert_eq!(errors, 0);
        assert_eq!(writes, self.writes.into_inner());
        assert_eq!(loads, [self.loaded.into_inner(), self.failed.into_inner(), 0, 0]);
        assert!(loads[0] + loads[1] <= misses, "each load is for a miss: {counts:?}");
    }
}

#[test]
fn threads_agree_with_their_own_count() {
    let (meters, books) = CacheMeters::books();
    let bare = moka::sync::Cache::builder()
        .max_capacity(u64::from(KEYS) / 2)
        .eviction_listener(books.eviction_listener())
        .build();
    let cache = books.moka(bare);
    let seen = Seen::default();
    thread::scope(|scope| {
        for worker in 0..WORKERS {
            let (cache, seen) = (cache.clone(), &seen);
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    let key = round.wrapping_mul(2_654_435_761).wrapping_add(worker) % KEYS;
                    match (round + worker) % 7 {
                        0 => {
                            one(&seen.either);
                            drop(cache.try_get_with(key, || seen.load(key, round)));
                        }
                        1 => {
                            one(&seen.either);
                            cache
                                .entry(key)
                                .or_optionally_insert_with(|| seen.load(key, round * 3 + 1).ok());
                        }
                        2 => {
                            cache.insert(key, key);
                            one(&seen.writes);
                        }
                        3 => {
                            if cache.remove(&key).is_some() {
                                one(&seen.writes);
                            }
                        }
                        4 => {
                            let entry = cache.entry(key).or_insert(key);
                            seen.answer(!entry.is_fresh());
                            if entry.is_fresh() {
                                one(&seen.writes);
                            }
                        }
                        5 => {
                            cache.entry_by_ref(&key).and_compute_with(|entry| {
                                seen.answer(entry.is_some());
                                one(&seen.writes);
                                Op::Put(key)
                            });
                        }
                        _ => seen.answer(cache.get(&key).is_some()),
                    }
                }
            });
        }
    });
    seen.assert_agree(&meters.counts());
    cache.run_pending_tasks();
    assert_eq!(meters.sum(ENTRIES), Some(cache.entry_count().cast_signed()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tasks_agree_with_their_own_count() {
    let (meters, books) = CacheMeters::books();
    let cache = books.moka(moka::future::Cache::new(u64::from(KEYS) / 2));
    let seen = std::sync::Arc::new(Seen::default());
    let mut tasks = JoinSet::new();
    for worker in 0..4 * WORKERS {
        let (cache, seen) = (cache.clone(), std::sync::Arc::clone(&seen));
        tasks.spawn(async move {
            for round in 0..ROUNDS / 4 {
                let key = round.wrapping_mul(2_654_435_761).wrapping_add(worker) % KEYS;
                let load = async {
                    tokio::task::yield_now().await;
                    seen.load(key, round)
                };
                match (round + worker) % 4 {
                    0 => {
                        one(&seen.either);
                        drop(cache.try_get_with(key, load).await);
                    }
                    1 => {
                        one(&seen.either);
                        drop(cache.entry_by_ref(&key).or_try_insert_with(load).await);
                    }
                    2 => {
                        if cache.remove(&key).await.is_some() {
                            one(&seen.writes);
                        }
                    }
                    _ => seen.answer(cache.get(&key).await.is_some()),
                }
            }
        });
    }
    tasks.join_all().await;
    let seen = std::sync::Arc::into_inner(seen).unwrap();
    seen.assert_agree(&meters.counts());
}

/// Whoever is given up midway is one request, and each load that was begun is one load.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_lost_when_many_give_up() {
    let (meters, books) = CacheMeters::books();
    let cache = books.moka(moka::future::Cache::new(100));
    let begun = std::sync::Arc::new(AtomicI64::new(0));
    let mut tasks = JoinSet::new();
    for n in 0..400_u64 {
        let (cache, begun) = (cache.clone(), std::sync::Arc::clone(&begun));
        tasks.spawn(async move {
            let load = async {
                one(&begun);
                tokio::time::sleep(Duration::from_millis(20)).await;
                n
            };
            drop(timeout(Duration::from_millis(n % 30), cache.get_with(n % 5, load)).await);
        });
    }
    tasks.join_all().await;
    let counts = meters.counts();
    assert_eq!(counts.hits + counts.misses + counts.errors, 400, "{counts:?}");
    let [loaded, failed, cancelled, panicked] = counts.loads;
    assert_eq!(loaded + cancelled, begun.load(Ordering::Relaxed), "{counts:?}");
    assert_eq!((failed, panicked), (0, 0));
    assert_eq!(counts.writes, loaded);
    assert!(cancelled > 0, "nobody gave up a load: {counts:?}");
}
