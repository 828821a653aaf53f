//! What every instrumentation emits about its own bounds.

use crate::{
    key,
    metric::{MetricKind, MetricSpec},
};

/// Measurements whose attribute value became `_OTHER`, because its budget was spent or the series
/// ran out; metrics that share a key, such as the duration and the sizes of a request, fold as one.
pub const CARDINALITY_FOLDED: MetricSpec = MetricSpec {
    name: "kymo.cardinality.folded",
    kind: MetricKind::Counter,
    unit: "{measurement}",
    description: "Measurements with an attribute value that became _OTHER because its budget was spent or the series ran out.",
    attributes: &[key::FOLDED_ATTRIBUTE, key::FOLDED_METRIC],
};

/// Measurements, or bindings of an instrument, with an attribute value that was too long and was cut;
/// absent until there is one.
pub const CARDINALITY_CUT: MetricSpec = MetricSpec {
    name: "kymo.cardinality.cut",
    kind: MetricKind::Counter,
    unit: "{measurement}",
    description: "Measurements with an attribute value that was cut because it was too long.",
    attributes: &[key::FOLDED_METRIC],
};

/// Every metric declared in this crate.
pub const ALL: &[MetricSpec] = &[CARDINALITY_FOLDED, CARDINALITY_CUT];
