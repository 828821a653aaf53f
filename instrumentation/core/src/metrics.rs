//! What every instrumentation emits about its own bounds.

use crate::{
    key,
    metric::{MetricKind, MetricSpec},
};

/// Measurements whose attribute value became `_OTHER` because its budget was spent.
pub const CARDINALITY_FOLDED: MetricSpec = MetricSpec {
    name: "kymo.cardinality.folded",
    kind: MetricKind::Counter,
    unit: "{measurement}",
    description: "Measurements with an attribute value that became _OTHER because the attribute's budget was spent.",
    attributes: &[key::FOLDED_ATTRIBUTE, key::FOLDED_METRIC],
};

/// Every metric declared in this crate.
pub const ALL: &[MetricSpec] = &[CARDINALITY_FOLDED];
