//! The metrics of a Redis, read.

use std::collections::BTreeMap;

use kymo::testing::{Series, Snapshot};

/// Everything that was measured, in the words of the tests.
pub(crate) struct MetricsRead {
    snapshot: Snapshot,
}

impl MetricsRead {
    pub(crate) fn of(snapshot: Snapshot) -> Self {
        Self { snapshot }
    }

    /// All operations there were, and how many of each: such as `GET`, or with an error `GET
    /// timeout`, or with an error of the server `GET -WRONGTYPE`.
    #[track_caller]
    pub(crate) fn operations(&self, expected: &[(&str, u64)]) -> &Self {
        assert_eq!(self.all_operations(), owned(expected), "{}", self.snapshot);
        self
    }

    /// All that was asked of caches and written to them: such as `redis hit` and `redis write`.
    #[track_caller]
    pub(crate) fn caches(&self, expected: &[(&str, u64)]) -> &Self {
        assert_eq!(self.all_caches(), owned(expected), "{}", self.snapshot);
        self
    }

    pub(crate) fn all_operations(&self) -> BTreeMap<String, u64> {
        let mut seen = BTreeMap::new();
        for series in self.snapshot.histogram("db.client.operation.duration").series() {
            let count = series.reading.histogram().unwrap().count;
            *seen.entry(operation(series)).or_default() += count;
        }
        seen
    }

    pub(crate) fn all_caches(&self) -> BTreeMap<String, u64> {
        let mut seen = BTreeMap::new();
        for name in ["kymo.cache.requests", "kymo.cache.writes"] {
            for series in self.snapshot.counter(name).series() {
                let text = |key| series.attributes.get(key).map(ToString::to_string);
                let result = text("kymo.cache.result").unwrap_or_else(|| "write".to_owned());
                let name = format!("{} {result}", text("kymo.cache.name").unwrap());
                seen.insert(name, series.reading.number().unwrap().as_f64());
            }
        }
        // All begin at zero.
        seen.retain(|_, count| *count > 0.0);
        let whole = |count: f64| count.to_string().parse().unwrap();
        seen.into_iter().map(|(name, count)| (name, whole(count))).collect()
    }

    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }
}

fn operation(series: &Series) -> String {
    let text = |key| series.attributes.get(key).map(ToString::to_string);
    assert_eq!(text("db.system.name").as_deref(), Some("redis"));
    let name = text("db.operation.name").unwrap();
    match (text("error.type"), text("db.response.status_code")) {
        (None, None) => name,
        (Some(kind), None) => format!("{name} {kind}"),
        (Some(kind), Some(code)) if kind == code => format!("{name} -{code}"),
        (Some(kind), Some(code)) => format!("{name} {kind} -{code}"),
        (None, Some(code)) => panic!("{name} is {code}, and no error"),
    }
}

fn owned(counts: &[(&str, u64)]) -> BTreeMap<String, u64> {
    counts.iter().map(|&(name, count)| (name.to_owned(), count)).collect()
}
