//! Nothing appears but what is declared.

use std::collections::BTreeSet;

use opentelemetry::Value;

use crate::{
    MetricSpec,
    key::{AttributeKey, Values},
    testing::{Kind, Metric, Snapshot, lint::Rule},
};

/// Law 5: `snapshot` holds metrics and attributes of `declared`, and no others.
#[track_caller]
pub(super) fn assert_only(declared: &[MetricSpec], snapshot: &Snapshot) {
    for metric in &snapshot.metrics {
        let name = &metric.name;
        let Some(spec) = declared.iter().find(|spec| spec.name == name) else {
            panic!("law 5: the metric `{name}` is not declared\n{snapshot}");
        };
        let is = match metric.kind {
            // A view chose other buckets.
            Kind::ExponentialHistogram => Kind::Histogram,
            kind => kind,
        };
        let (unit, kind) = (&metric.unit, Kind::from(spec.kind));
        assert!(
            is == kind && unit == spec.unit,
            "law 5: `{name}` is {} in `{unit}`, and is declared as {} in `{}`",
            is.with_article(),
            kind.with_article(),
            spec.unit
        );
        keys(metric, spec);
    }
    let unbounded = snapshot.lint().into_iter().find(|finding| finding.rule == Rule::Unbounded);
    if let Some(finding) = unbounded {
        panic!("law 5: {finding}");
    }
}

#[track_caller]
fn keys(metric: &Metric, spec: &MetricSpec) {
    let name = &metric.name;
    let keys = metric.series.iter().flat_map(|series| series.attributes.iter());
    for (key, _) in keys {
        let declared = spec.attributes.iter().any(|declared| declared.name == key);
        assert!(declared, "law 5: `{name}` has the undeclared attribute `{key}`");
    }
    for key in spec.attributes {
        let Values::Budget(budget) = key.values else { continue };
        let values = values(metric, key).len();
        // One more, for `_OTHER`.
        let within = values <= usize::from(budget) + 1;
        assert!(within, "law 5: `{name}` has {values} values of `{}`, over its budget", key.name);
    }
}

fn values(metric: &Metric, key: &AttributeKey) -> BTreeSet<String> {
    let values = metric.series.iter().filter_map(|series| series.attributes.get(key.name));
    values.map(Value::to_string).collect()
}
