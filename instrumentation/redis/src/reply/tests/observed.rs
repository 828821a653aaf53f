//! Caches whose counts can be read.

use std::{cell::RefCell, collections::BTreeMap};

use kymo_cache::{
    CacheMetrics, key,
    metrics::{REQUESTS, WRITES},
};
use kymo_testing::{Point, TestMeters};
use redis::{Cmd, Value};

use crate::{caches::Caches, command::Command, reply};

/// The counts of the caches that were told something: hits, misses, errors and writes.
pub(super) type Told = BTreeMap<String, [i64; 4]>;

/// Caches of all keys, where those of some prefixes have their own:
/// `b:` are `books`, among which `b:s:` are `series`, and `u:` are `users`; the rest is `redis`.
pub(super) struct Observed {
    caches: Caches,
    meters: TestMeters,
    /// All counts so far.
    before: RefCell<Told>,
}

impl Observed {
    pub(super) fn new() -> Self {
        Self::with(Some("redis"))
    }

    /// With another cache for the rest, or none.
    pub(super) fn with(rest: Option<&str>) -> Self {
        let meters = TestMeters::new();
        let metrics = CacheMetrics::new(&*meters);
        let prefixes = [("b:", "books"), ("b:s:", "series"), ("u:", "users")];
        let prefixes =
            prefixes.map(|(prefix, name)| (prefix.as_bytes().to_vec(), metrics.cache(name)));
        let caches = Caches::new(rest.map(|name| metrics.cache(name)), prefixes.to_vec());
        Self { caches, meters, before: RefCell::default() }
    }

    /// The counts when `cmd` is answered with `reply`.
    pub(super) fn answered(&self, cmd: &Cmd, reply: &Value) -> Told {
        reply::answered(&self.caches, Command::of(cmd), cmd, reply);
        self.told()
    }

    /// The counts when `cmd` is not answered.
    pub(super) fn unanswered(&self, cmd: &Cmd) -> Told {
        reply::unanswered(&self.caches, Command::of(cmd), cmd);
        self.told()
    }

    fn told(&self) -> Told {
        let after = self.counts();
        let before = self.before.replace(after.clone());
        let since = after.into_iter().map(|(cache, after)| {
            let before = before.get(&cache).copied().unwrap_or_default();
            (cache, std::array::from_fn(|of| after[of] - before[of]))
        });
        since.filter(|(_, counts)| *counts != [0; 4]).collect()
    }

    fn counts(&self) -> Told {
        let mut counts = Told::new();
        for point in self.meters.snapshot().points() {
            add(&point, &mut counts);
        }
        counts
    }
}

fn add(point: &Point, counts: &mut Told) {
    let column = match (point.name.as_str(), point.get(key::CACHE_RESULT.name)) {
        (name, Some("hit")) if name == REQUESTS.name => 0,
        (name, Some("miss")) if name == REQUESTS.name => 1,
        (name, Some("error")) if name == REQUESTS.name => 2,
        (name, None) if name == WRITES.name => 3,
        _ => return,
    };
    let cache = point.get(key::CACHE_NAME.key.name).unwrap();
    counts.entry(cache.to_owned()).or_default()[column] += point.count;
}
