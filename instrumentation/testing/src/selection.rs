//! Series of one metric, and assertions on them.

use std::marker::PhantomData;

use opentelemetry::Value;

use crate::{
    explanation,
    metric::{Kind, Metric},
    series::Series,
    snapshot::Snapshot,
};

mod distributions;
mod numbers;

pub use self::{distributions::Distributions, numbers::Numbers};

/// The series of one metric that have the attributes asked for, whatever else they have.
///
/// Counts and sums add up over all of them, as they do in a query. What does not hold panics with
/// a message that lists every series under the name and how it differs.
///
/// `R` is what the series hold: [`Numbers`] or [`Distributions`].
#[derive(Debug, Clone)]
#[must_use = "nothing is checked before an assertion is called"]
pub struct Selection<'a, R> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) name: String,
    pub(crate) kinds: &'static [Kind],
    pub(crate) scope: Option<String>,
    pub(crate) wanted: Vec<(String, Option<Value>)>,
    pub(crate) exactly: bool,
    reading: PhantomData<R>,
}

impl<'a, R> Selection<'a, R> {
    pub(crate) fn new(snapshot: &'a Snapshot, name: &str, kinds: &'static [Kind]) -> Self {
        Self {
            snapshot,
            name: name.to_owned(),
            kinds,
            scope: None,
            wanted: Vec::new(),
            exactly: false,
            reading: PhantomData,
        }
    }

    /// Only series with this attribute. Its type counts: `200` is not `"200"`.
    pub fn with(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.wanted.push((key.into(), Some(value.into())));
        self
    }

    /// Only series without an attribute of this key.
    pub fn without(mut self, key: impl Into<String>) -> Self {
        self.wanted.push((key.into(), None));
        self
    }

    /// Only series that have no attribute beside those asked for.
    pub fn exactly(mut self) -> Self {
        self.exactly = true;
        self
    }

    /// Only the metric of this instrumentation scope, such as `kymo-http`.
    pub fn scope(mut self, name: impl Into<String>) -> Self {
        self.scope = Some(name.into());
        self
    }

    /// The series, sorted by their attributes.
    pub fn series(&self) -> Vec<&'a Series> {
        let all = self.metrics().flat_map(|metric| &metric.series);
        all.filter(|series| self.has(series)).collect()
    }

    /// There is no such series.
    ///
    /// # Panics
    ///
    /// When there is, or when the metric is of another kind.
    #[track_caller]
    pub fn assert_absent(&self) {
        let kind_differs = self.of_other_kind().next().is_some();
        if kind_differs || !self.series().is_empty() {
            self.fail("should not be there");
        }
    }

    /// There are `n` such series.
    ///
    /// # Panics
    ///
    /// When there are more, or fewer.
    #[track_caller]
    pub fn assert_series(&self, n: usize) {
        let there = self.series().len();
        if there != n {
            self.fail(&format!("has {there} series, not {n}"));
        }
    }

    /// The metrics meant, of the right kind.
    pub(crate) fn metrics(&self) -> impl Iterator<Item = &'a Metric> {
        self.called().filter(|metric| self.kinds.contains(&metric.kind))
    }

    /// The metrics meant, of another kind.
    pub(crate) fn of_other_kind(&self) -> impl Iterator<Item = &'a Metric> {
        self.called().filter(|metric| !self.kinds.contains(&metric.kind))
    }

    fn called(&self) -> impl Iterator<Item = &'a Metric> {
        let of_scope =
            |metric: &&Metric| self.scope.as_ref().is_none_or(|s| *s == metric.scope.name);
        self.snapshot.metrics.iter().filter(|metric| metric.name == self.name).filter(of_scope)
    }

    pub(crate) fn has(&self, series: &Series) -> bool {
        let attributes = &series.attributes;
        self.wanted.iter().all(|(key, value)| attributes.get(key) == value.as_ref())
            && !(self.exactly && attributes.iter().any(|(key, _)| self.is_unwanted(key)))
    }

    /// Whether [`Selection::exactly`] rules out `key`.
    pub(crate) fn is_unwanted(&self, key: &str) -> bool {
        self.exactly && !self.wanted.iter().any(|(wanted, _)| wanted == key)
    }

    /// The series, of which there must be one at least.
    #[track_caller]
    fn some_series(&self) -> Vec<&'a Series> {
        let series = self.series();
        if series.is_empty() {
            self.fail("has no such series");
        }
        series
    }

    #[track_caller]
    fn fail(&self, problem: &str) -> ! {
        panic!("{}", explanation::of(self, problem));
    }
}
