//! The metric that every instrumentation emits about its own bounds.

use crate::{
    key,
    metric::{MetricKind, MetricSpec},
};

/// Measurements whose attribute value became `_OTHER`, because its budget was spent or the series
/// ran out; metrics that share a key, such as the duration and the sizes of a request, fold as one.
pub const CARDINALITY_FOLDED: MetricSpec = MetricSpec::new(
    "kymo.cardinality.folded",
    MetricKind::Counter,
    "{measurement}",
    "Measurements with an attribute value that became _OTHER because its budget was spent or the series ran out.",
)
.with_attributes(&[key::FOLDED_ATTRIBUTE, key::FOLDED_METRIC])
.recorded(
    "With each measurement that was folded; there from the start, at zero, for attributes with a budget.",
);

/// Every metric declared in this crate.
pub const ALL: &[MetricSpec] = &[CARDINALITY_FOLDED];
