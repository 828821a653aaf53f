//! How caches are asked for entries that they have.

use std::collections::HashMap;
use std::sync::Arc;

use kymo::Telemetry;
use moka::{future, sync};
use paths::{BoxError, Subject};
use tokio::runtime::Builder;

use super::hits::{ENTRIES, async_hits, hits};

/// How one entry after the other is asked for.
pub struct Workload {
    /// As in `bench run cache/NAME/PEER`.
    pub name: &'static str,
    pub title: &'static str,
    pub measures: &'static str,
    /// The cache itself, and measured by kymo.
    pub subject: fn(Option<Telemetry>) -> Made,
}

type Made = Result<Box<dyn Subject>, BoxError>;

pub const WORKLOADS: [Workload; 8] = [
    Workload {
        name: "sync-get",
        title: "`get`",
        measures: "`moka::sync::Cache`",
        subject: |telemetry| {
            let cache = blocking();
            match measured(telemetry.as_ref()) {
                None => Ok(hits(telemetry, move |key| cache.get(&key).is_some())),
                Some(books) => {
                    let cache = books.moka(cache);
                    Ok(hits(telemetry, move |key| cache.get(&key).is_some()))
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
                None => Ok(hits(telemetry, move |key| !cache.get_with(key, nothing).is_empty())),
                Some(books) => {
                    let cache = books.moka(cache);
                    Ok(hits(telemetry, move |key| !cache.get_with(key, nothing).is_empty()))
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
                    Ok(hits(telemetry, move |key| !cache.get_with_by_ref(&key, nothing).is_empty()))
                }
                Some(books) => {
                    let cache = books.moka(cache);
                    Ok(hits(telemetry, move |key| !cache.get_with_by_ref(&key, nothing).is_empty()))
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
                None => Ok(hits(telemetry, move |key| map.contains_key(&key))),
                Some(books) => {
                    Ok(hits(telemetry, move |key| books.lookup(map.get(&key)).is_some()))
                }
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

fn measured(telemetry: Option<&Telemetry>) -> Option<kymo::cache::Cache> {
    telemetry.map(|telemetry| telemetry.cache("books"))
}

/// Stands for an entry that is loaded, which none is: `verify` would find it.
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
