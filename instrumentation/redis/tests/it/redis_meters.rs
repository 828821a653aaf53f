//! Meters of a Redis whose points can be read, and connections that are measured by them.

use std::collections::BTreeMap;

use kymo_cache::CacheMetrics;
use kymo_redis::{MeasuredConnection, RedisMetrics, RedisSettings};
use kymo_testing::{Point, Points, TestMeters};
use redis::aio::ConnectionLike;

pub(crate) const DURATION: &str = "db.client.operation.duration";
pub(crate) const REQUESTS: &str = "kymo.cache.requests";
pub(crate) const WRITES: &str = "kymo.cache.writes";
pub(crate) const FOLDED: &str = "kymo.cardinality.folded";

pub(crate) struct RedisMeters {
    pub(crate) metrics: RedisMetrics,
    meters: TestMeters,
}

impl RedisMeters {
    pub(crate) fn new() -> Self {
        let meters = TestMeters::new();
        let metrics = RedisMetrics::new(&*meters, &CacheMetrics::new(&*meters));
        Self { metrics, meters }
    }

    /// `connection`, measured without settings.
    pub(crate) fn measure<C: ConnectionLike>(&self, connection: C) -> MeasuredConnection<C> {
        self.metrics.redis(&RedisSettings::new()).connection(connection)
    }

    /// Every point.
    pub(crate) fn points(&self) -> Points {
        let snapshot = self.meters.snapshot();
        let (cache, core) = (kymo_cache::metrics::ALL, kymo_core::metrics::ALL);
        snapshot.assert_declared([kymo_redis::metrics::ALL, cache, core].concat().iter());
        snapshot.points()
    }

    /// The points of the metric `name`.
    pub(crate) fn of(&self, name: &str) -> Vec<Point> {
        self.points().of(name)
    }

    /// The only point of the metric `name`.
    pub(crate) fn only(&self, name: &str) -> Point {
        self.points().only(name)
    }

    /// How often each operation was recorded, as `name error.type/status`.
    pub(crate) fn operations(&self) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        for point in self.of(DURATION) {
            let part = |key, before| point.get(key).map(|value| format!("{before}{value}"));
            let parts = [
                part("db.operation.name", ""),
                part("error.type", " "),
                part("db.response.status_code", "/"),
            ];
            let text: String = parts.into_iter().flatten().collect();
            *counts.entry(text).or_default() += u64::try_from(point.count).unwrap();
        }
        counts
    }

    /// Asserts that these operations were recorded, and no other.
    #[track_caller]
    pub(crate) fn assert_operations(&self, expected: &[(&str, u64)]) {
        let expected: BTreeMap<_, _> =
            expected.iter().map(|(text, count)| ((*text).to_owned(), *count)).collect();
        assert_eq!(self.operations(), expected);
    }

    /// Hits, misses, errors and writes of the cache `name`.
    pub(crate) fn cache(&self, name: &str) -> [u64; 4] {
        let points = self.points();
        let of_cache = |metric: &str, result: Option<&str>| {
            let is = |point: &&Point| {
                point.name == metric
                    && point.get("kymo.cache.name") == Some(name)
                    && point.get("kymo.cache.result") == result
            };
            points.iter().filter(is).map(|point| u64::try_from(point.count).unwrap()).sum()
        };
        [
            of_cache(REQUESTS, Some("hit")),
            of_cache(REQUESTS, Some("miss")),
            of_cache(REQUESTS, Some("error")),
            of_cache(WRITES, None),
        ]
    }
}
