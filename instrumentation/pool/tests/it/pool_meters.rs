//! Meters of pools whose points can be read.

use std::collections::BTreeMap;

use kymo_pool::{ObservedPool, PoolMetrics, PoolState};
use kymo_testing::{Points, TestMeters};

pub(crate) const COUNT: &str = "db.client.connection.count";
pub(crate) const MAX: &str = "db.client.connection.max";
pub(crate) const PENDING: &str = "db.client.connection.pending_requests";
pub(crate) const GAUGES: &[&str] =
    &[COUNT, MAX, PENDING, "db.client.connection.idle.max", "db.client.connection.idle.min"];
pub(crate) const NAME: &str = "db.client.connection.pool.name";
const STATE: &str = "db.client.connection.state";

pub(crate) struct PoolMeters {
    pub(crate) metrics: PoolMetrics,
    meters: TestMeters,
}

impl PoolMeters {
    pub(crate) fn new() -> Self {
        let meters = TestMeters::new();
        Self { metrics: PoolMetrics::new(&*meters), meters }
    }

    /// A pool that is always in `state`.
    pub(crate) fn pool(&self, name: &str, state: PoolState) -> ObservedPool<()> {
        self.metrics.pool(name, (), move |()| state).unwrap()
    }

    pub(crate) fn points(&self) -> Points {
        let snapshot = self.meters.snapshot();
        snapshot.assert_declared(kymo_pool::metrics::ALL.iter().chain(kymo_core::metrics::ALL));
        snapshot.points()
    }

    /// The levels of `gauge` by the name of the pool.
    pub(crate) fn by_name(&self, gauge: &str) -> BTreeMap<String, i64> {
        self.points().by(gauge, NAME)
    }

    /// The level of `gauge` for the pool called `name`.
    pub(crate) fn level(&self, gauge: &str, name: &str) -> Option<i64> {
        self.by_name(gauge).get(name).copied()
    }

    /// How many connections of the pool called `name` are idle, and used.
    pub(crate) fn idle_and_used(&self, name: &str) -> (i64, i64) {
        let points = self.points();
        let of = |state| points.count(COUNT, &[(NAME, name), (STATE, state)]);
        (of("idle"), of("used"))
    }
}
