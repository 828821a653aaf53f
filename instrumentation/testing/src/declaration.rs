//! Nothing appears but what is declared.

use std::collections::BTreeSet;

use kymo_core::{
    MetricSpec,
    key::{AttributeKey, Values},
};
use opentelemetry::Value;

use crate::{
    metric::{Kind, Metric},
    snapshot::Snapshot,
};

impl Snapshot {
    /// There are metrics and attributes of `declared`, of the declared kind and unit, and no others;
    /// and no attribute takes more values than its budget. A metric that is declared more than once
    /// is as one of its declarations says.
    ///
    /// ```
    /// # use kymo_core::metrics::CARDINALITY_FOLDED;
    /// # let meters = kymo_testing::TestMeters::new();
    /// # CARDINALITY_FOLDED.counter(&meters.meter("bookshop")).add(1, &[]);
    /// meters.snapshot().assert_declared(kymo_core::metrics::ALL);
    /// ```
    ///
    /// # Panics
    ///
    /// When there is anything else; the message names it.
    #[track_caller]
    pub fn assert_declared<'a>(&self, declared: impl IntoIterator<Item = &'a MetricSpec>) {
        let declared: Vec<_> = declared.into_iter().copied().collect();
        if let Some(objection) = objection(&declared, self) {
            panic!("{objection}");
        }
    }
}

/// Says where `snapshot` is not as `declared`, if it is not.
pub(crate) fn objection(declared: &[MetricSpec], snapshot: &Snapshot) -> Option<String> {
    snapshot.metrics.iter().find_map(|metric| {
        let name = &metric.name;
        // Several instrumentations may record one metric, each with attributes of its own.
        let mut first = None;
        for spec in declared.iter().filter(|spec| spec.name == name) {
            let objection = definition(metric, spec).or_else(|| attributes(metric, spec))?;
            first.get_or_insert(objection);
        }
        Some(first.unwrap_or_else(|| format!("the metric `{name}` is not declared")))
    })
}

fn definition(metric: &Metric, spec: &MetricSpec) -> Option<String> {
    let is = match metric.kind {
        // A view chose other buckets.
        Kind::ExponentialHistogram => Kind::Histogram,
        kind => kind,
    };
    let declared = Kind::from(spec.kind);
    (is != declared || metric.unit != spec.unit).then(|| {
        format!(
            "`{}` is {} in `{}`, and is declared as {} in `{}`",
            metric.name,
            is.with_article(),
            metric.unit,
            declared.with_article(),
            spec.unit
        )
    })
}

fn attributes(metric: &Metric, spec: &MetricSpec) -> Option<String> {
    let name = &metric.name;
    let mut keys = metric.series.iter().flat_map(|series| series.attributes.iter());
    let undeclared = keys.find(|(key, _)| !spec.attributes.iter().any(|known| known.name == *key));
    if let Some((key, _)) = undeclared {
        return Some(format!("`{name}` has the undeclared attribute `{key}`"));
    }
    spec.attributes.iter().find_map(|key| {
        let Values::Budget(budget) = key.values else { return None };
        let values = values(metric, key).len();
        // One more, for `_OTHER`.
        let over = || format!("`{name}` has {values} values of `{}`, over its budget", key.name);
        (values > usize::from(budget) + 1).then(over)
    })
}

fn values(metric: &Metric, key: &AttributeKey) -> BTreeSet<String> {
    let values = metric.series.iter().filter_map(|series| series.attributes.get(key.name));
    values.map(Value::to_string).collect()
}
