//! The paths that are held to their baseline.

use paths::BoxError;
use paths::callgrind;

use crate::planted;

/// A path whose instructions are counted.
pub struct CountedPath {
    /// As in the baseline.
    pub name: &'static str,
    subject: &'static str,
    /// The same without kymo, which is taken off.
    base: Option<&'static str>,
    times: u64,
    /// By how much the count of one time is divided.
    units: f64,
}

/// The paths that most programs take at each request. Each counts alike from run to run: no socket, no other
/// thread, and no order that is random.
pub const PATHS: &[CountedPath] = &[
    of("HTTP GET", "http/get/kymo", "http/get/null", 2_000),
    of("HTTP GET, without its bill", "http/get/kymo-unbilled", "http/get/null", 2_000),
    of("HTTP GET, duration and active", "http/get/kymo-of-two", "http/get/null", 2_000),
    of("HTTP POST with a body", "http/post/kymo", "http/post/null", 2_000),
    of("HTTP 404", "http/missing/kymo", "http/missing/null", 2_000),
    of("SQL fetch_one, held", "sqlx/null/held/kymo", "sqlx/null/held/bare", 5_000),
    of("SQL fetch_one on the pool", "sqlx/null/row/kymo", "sqlx/null/row/bare", 2_000),
    of("Redis GET", "redis/get/kymo", "redis/get/bare", 5_000),
    of("repository async fn", "repository/find/kymo", "repository/find/bare", 10_000),
    alone("observation of a histogram", "observation/histogram/application/on", 10_000, 1.0),
    alone("observation of a counter", "observation/counter/application/on", 10_000, 1.0),
    alone("scrape, a line of a counter", "scrape/counters/10000/kymo", 2, 10_000.0),
    alone("scrape, a line of a histogram", "scrape/histograms/10080/kymo", 16, 10_080.0),
];

const fn of(
    name: &'static str,
    subject: &'static str,
    base: &'static str,
    times: u64,
) -> CountedPath {
    CountedPath { name, subject, base: Some(base), times, units: 1.0 }
}

const fn alone(name: &'static str, subject: &'static str, times: u64, units: f64) -> CountedPath {
    CountedPath { name, subject, base: None, times, units }
}

impl CountedPath {
    /// The instructions of one unit, over what it surrounds, without those in which the allocator searches.
    pub fn count(&self) -> Result<f64, BoxError> {
        self.count_of(self.subject)
    }

    /// The same, once `percent` of `instructions` are planted into each unit.
    pub fn count_planted(&self, instructions: f64, percent: f64) -> Result<f64, BoxError> {
        let planted = instructions * percent / 100.0 * self.units;
        self.count_of(&planted::name(self.subject, planted)?)
    }

    fn count_of(&self, subject: &str) -> Result<f64, BoxError> {
        let count = |subject| Ok::<_, BoxError>(callgrind::cost(subject, self.times)?.settled());
        let surrounded = self.base.map_or(Ok(0.0), count)?;
        Ok((count(subject)? - surrounded) / self.units)
    }
}
