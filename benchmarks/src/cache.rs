//! What measuring adds to one entry that a cache in process had.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use kymo::Telemetry;
use moka::{future, sync};
use tokio::runtime::Builder;

use crate::callgrind::{self, Cost};
use crate::clock;
use crate::exposition;
use crate::promise::Promise;
use crate::subject::{BoxError, Subject};
use crate::table;

/// How one entry after the other is asked for.
struct Workload {
    /// As in `bench run cache/NAME/PEER`.
    name: &'static str,
    title: &'static str,
    measures: &'static str,
    /// The cache itself, and measured by kymo.
    subject: fn(Option<Telemetry>) -> Result<Box<dyn Subject>, BoxError>,
}

const WORKLOADS: [Workload; 8] = [
    Workload {
        name: "sync-get",
        title: "`get`",
        measures: "`moka::sync::Cache`",
        subject: |telemetry| {
            let cache = blocking();
            match measured(telemetry.as_ref()) {
                None => hits(telemetry, move |key| cache.get(&key).is_some()),
                Some(books) => {
                    let cache = books.moka(cache);
                    hits(telemetry, move |key| cache.get(&key).is_some())
                }
            }
        },
    },
    Workload {
        name: "sync-get-with",
        title: "`get_with`",
        measures: "`moka::sync::Cache`",
        subject: |telemetry| {
            let cache = blocking();
            match measured(telemetry.as_ref()) {
                None => hits(telemetry, move |key| !cache.get_with(key, nothing).is_empty()),
                Some(books) => {
                    let cache = books.moka(cache);
                    hits(telemetry, move |key| !cache.get_with(key, nothing).is_empty())
                }
            }
        },
    },
    Workload {
        name: "sync-get-with-by-ref",
        title: "`get_with_by_ref`",
        measures: "`moka::sync::Cache`",
        subject: |telemetry| {
            let cache = blocking();
            match measured(telemetry.as_ref()) {
                None => {
                    hits(telemetry, move |key| !cache.get_with_by_ref(&key, nothing).is_empty())
                }
                Some(books) => {
                    let cache = books.moka(cache);
                    hits(telemetry, move |key| !cache.get_with_by_ref(&key, nothing).is_empty())
                }
            }
        },
    },
    Workload {
        name: "future-get",
        title: "`get`",
        measures: "`moka::future::Cache`",
        subject: |telemetry| {
            let cache = asynchronous()?;
            match measured(telemetry.as_ref()) {
                None => async_hits(telemetry, async move |key| cache.get(&key).await.is_some()),
                Some(books) => {
                    let cache = books.moka(cache);
                    async_hits(telemetry, async move |key| cache.get(&key).await.is_some())
                }
            }
        },
    },
    Workload {
        name: "future-get-with",
        title: "`get_with`",
        measures: "`moka::future::Cache`",
        subject: |telemetry| {
            let cache = asynchronous()?;
            match measured(telemetry.as_ref()) {
                None => async_hits(telemetry, async move |key| {
                    !cache.get_with(key, async { nothing() }).await.is_empty()
                }),
                Some(books) => {
                    let cache = books.moka(cache);
                    async_hits(telemetry, async move |key| {
                        !cache.get_with(key, async { nothing() }).await.is_empty()
                    })
                }
            }
        },
    },
    Workload {
        name: "future-try-get-with-by-ref",
        title: "`try_get_with_by_ref`",
        measures: "`moka::future::Cache`",
        subject: |telemetry| {
            let cache = asynchronous()?;
            match measured(telemetry.as_ref()) {
                None => async_hits(telemetry, async move |key| {
                    cache.try_get_with_by_ref(&key, async { Err(()) }).await.is_ok()
                }),
                Some(books) => {
                    let cache = books.moka(cache);
                    async_hits(telemetry, async move |key| {
                        cache.try_get_with_by_ref(&key, async { Err(()) }).await.is_ok()
                    })
                }
            }
        },
    },
    Workload {
        name: "handle",
        title: "`lookup`",
        measures: "a `HashMap`",
        subject: |telemetry| {
            let map: HashMap<_, _> = entries().collect();
            match measured(telemetry.as_ref()) {
                None => hits(telemetry, move |key| map.contains_key(&key)),
                Some(books) => hits(telemetry, move |key| books.lookup(map.get(&key)).is_some()),
            }
        },
    },
    Workload {
        name: "async-handle",
        title: "`lookup_async`",
        measures: "a `HashMap`",
        subject: |telemetry| {
            let map: HashMap<_, _> = entries().collect();
            match measured(telemetry.as_ref()) {
                None => async_hits(telemetry, async move |key| map.contains_key(&key)),
                Some(books) => async_hits(telemetry, async move |key| {
                    books.lookup_async(async { map.get(&key) }).await.is_some()
                }),
            }
        },
    },
];

const ENTRIES: u64 = 1_000;
const ROUNDS: usize = 61;
const TIMES_PER_ROUND: u64 = 20_000;
const TIMES_UNDER_CALLGRIND: u64 = 20_000;
/// Hash maps are seeded at random, and moka puts off some of its work.
const MEASUREMENTS: usize = 3;
const BARE: usize = 0;
const KYMO: usize = 1;
const PEERS: [&str; 2] = ["bare", "kymo"];

/// Prints the table and returns what it promises.
pub fn table() -> Result<Vec<Promise>, BoxError> {
    let mut rows = Vec::new();
    let mut promises = Vec::new();
    for workload in &WORKLOADS {
        let costs = PEERS
            .map(|peer| {
                let subject = format!("cache/{}/{peer}", workload.name);
                callgrind::median_cost(&subject, TIMES_UNDER_CALLGRIND, MEASUREMENTS)
            })
            .into_iter()
            .collect::<Result<Vec<_>, _>>()?;
        let subjects = PEERS.map(|peer| subject(workload.name, peer));
        let mut subjects = subjects.into_iter().collect::<Result<Vec<_>, _>>()?;
        let rounds = clock::interleaved(&mut subjects, ROUNDS, TIMES_PER_ROUND);
        subjects.iter().try_for_each(|subject| subject.verify())?;

        let Cost { instructions, allocations } = costs[KYMO].over(costs[BARE]);
        let nanos = rounds.median_over(BARE, KYMO);
        rows.push(vec![
            workload.title.to_owned(),
            workload.measures.to_owned(),
            format!("{:.0}", costs[BARE].instructions),
            format!("{:.0}", rounds.median(BARE)),
            format!("{instructions:.0}"),
            format!("{allocations:.1}"),
            format!("{nanos:.0}"),
        ]);
        let what =
            |figure| format!("caches: {figure} a hit, {} of {}", workload.title, workload.measures);
        promises.extend([
            Promise::at_most(50.0, what("nanoseconds"), nanos),
            Promise::at_most(500.0, what("instructions"), instructions),
            Promise::at_most(0.0, what("allocations"), allocations),
        ]);
    }
    table::print("Caches: one hit, over the cache itself", 2, &COLUMNS, &rows);
    Ok(promises)
}

const COLUMNS: [&str; 7] = [
    "operation",
    "cache",
    "itself: instructions",
    "ns",
    "added: instructions",
    "allocations",
    "ns",
];

/// The subject called `cache/NAME/PEER`.
pub fn subject(name: &str, peer: &str) -> Result<Box<dyn Subject>, BoxError> {
    let workload = WORKLOADS.iter().find(|workload| workload.name == name);
    let workload = workload.ok_or_else(|| format!("there is no workload {name:?}"))?;
    let telemetry = match peer {
        "bare" => None,
        "kymo" => Some(Telemetry::for_service("bench").prometheus().build()?),
        _ => return Err(format!("nobody called {peer:?} measures it").into()),
    };
    (workload.subject)(telemetry)
}

fn measured(telemetry: Option<&Telemetry>) -> Option<kymo::cache::Cache> {
    telemetry.map(|telemetry| telemetry.cache("books"))
}

/// What would be loaded, if anything were absent: it is not found, and `verify` tells.
fn nothing() -> Arc<str> {
    Arc::from("")
}

fn entries() -> impl Iterator<Item = (u64, Arc<str>)> {
    (0..ENTRIES).map(|key| (key, Arc::from(format!("book {key}"))))
}

fn blocking() -> sync::Cache<u64, Arc<str>> {
    let cache = sync::Cache::new(10 * ENTRIES);
    entries().for_each(|(key, value)| cache.insert(key, value));
    cache.run_pending_tasks();
    cache
}

fn asynchronous() -> Result<future::Cache<u64, Arc<str>>, BoxError> {
    let cache = future::Cache::new(10 * ENTRIES);
    Builder::new_current_thread().build()?.block_on(async {
        for (key, value) in entries() {
            cache.insert(key, value).await;
        }
        cache.run_pending_tasks().await;
    });
    Ok(cache)
}

/// Asks for one entry after the other; `Run` does so a number of times, and says how many it found.
struct Hits<Run> {
    run: Run,
    times: u64,
    found: u64,
    telemetry: Option<Telemetry>,
}

fn hits(
    telemetry: Option<Telemetry>,
    ask: impl Fn(u64) -> bool + 'static,
) -> Result<Box<dyn Subject>, BoxError> {
    let run = move |times| (0..times).map(|time| u64::from(ask(time % ENTRIES))).sum();
    Ok(Box::new(Hits { run, times: 0, found: 0, telemetry }))
}

fn async_hits(
    telemetry: Option<Telemetry>,
    ask: impl AsyncFn(u64) -> bool + 'static,
) -> Result<Box<dyn Subject>, BoxError> {
    let runtime = Builder::new_current_thread().build()?;
    let run = move |times| {
        runtime.block_on(async {
            let mut found = 0;
            for time in 0..times {
                found += u64::from(ask(time % ENTRIES).await);
            }
            found
        })
    };
    Ok(Box::new(Hits { run, times: 0, found: 0, telemetry }))
}

impl<Run: FnMut(u64) -> u64> Subject for Hits<Run> {
    fn run(&mut self, times: u64) {
        self.times += times;
        self.found += (self.run)(times);
    }

    fn verify(&self) -> Result<(), BoxError> {
        let Self { times, found, telemetry, .. } = self;
        if found != times {
            return Err(format!("{found} of {times} entries were found").into());
        }
        let Some(bridge) = telemetry.as_ref().and_then(Telemetry::bridge) else { return Ok(()) };
        let text = exposition::text(bridge);
        for (result, expected) in [("hit", *times), ("miss", 0), ("error", 0)] {
            let label = format!("kymo_cache_result=\"{result}\"");
            let counted: f64 = exposition::values(&text, "kymo_cache_requests_total", &label).sum();
            if counted != expected as f64 {
                let mut error = format!("{counted} of {expected} were a {result} in:\n");
                error.write_str(&text)?;
                return Err(error.into());
            }
        }
        Ok(())
    }
}
