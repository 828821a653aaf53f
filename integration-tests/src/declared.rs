//! Holding a page against the declared attribute keys.

use std::collections::BTreeSet;

use crate::Scrape;

/// Holds every label of a page against the declared attribute keys.
///
/// # Panics
///
/// When there is a label that no declared metric has.
#[track_caller]
pub fn only_declared(scrape: &Scrape) {
    let declared: BTreeSet<String> = kymo::declared_metrics()
        .flat_map(|metric| metric.attributes)
        .map(|key| key.name.replace('.', "_"))
        .collect();
    for family in scrape.families().iter().filter(|family| family.name != "target_info") {
        for label in family.samples.iter().flat_map(|sample| sample.labels.keys()) {
            let known =
                declared.contains(label) || label.starts_with("otel_scope_") || label == "le";
            assert!(known, "{} has the undeclared label {label}", family.name);
        }
    }
}
