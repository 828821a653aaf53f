//! One name for two things.

use std::collections::BTreeMap;

use super::{Finding, Rule};
use crate::metric::Metric;

pub(super) fn findings(metrics: &[Metric]) -> Vec<Finding> {
    // The specification compares names without regard to case.
    let mut known: BTreeMap<String, &Metric> = BTreeMap::new();
    let mut findings = Vec::new();
    for metric in metrics {
        let first = *known.entry(metric.name.to_ascii_lowercase()).or_insert(metric);
        let differences = [
            (first.name != metric.name).then(|| differ("spelling", &first.name, &metric.name)),
            (first.kind != metric.kind).then(|| differ("kind", first.kind, metric.kind)),
            (first.unit != metric.unit).then(|| differ("unit", &first.unit, &metric.unit)),
            (first.description != metric.description)
                .then(|| differ("description", &first.description, &metric.description)),
        ];
        for difference in differences.into_iter().flatten() {
            let (one, other) = (&first.scope.name, &metric.scope.name);
            let message = format!("{difference}, in {one} and in {other}; make it the same");
            findings.push(Finding::new(&metric.name, Rule::Conflict, message));
        }
    }
    findings
}

fn differ<T: std::fmt::Display>(what: &str, one: T, other: T) -> String {
    format!("its {what} is `{one}` and `{other}`")
}
