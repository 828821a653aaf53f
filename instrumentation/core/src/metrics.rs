//! The metrics that every instrumentation emits about its own bounds.

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
.recorded("With each measurement that was folded; there from the start, at zero, for attributes with a budget.");

/// Measurements, or bindings of an instrument, with an attribute value that was too long and was cut;
/// absent until there is one.
pub const CARDINALITY_CUT: MetricSpec = MetricSpec::new(
    "kymo.cardinality.cut",
    MetricKind::Counter,
    "{measurement}",
    "Measurements with an attribute value that was cut because it was too long.",
)
.with_attributes(&[key::FOLDED_METRIC])
.recorded("With each measurement or binding that was cut; there from the first one on.");

/// Readings that lack what the callback of an observable instrument observes, such as scrapes; absent
/// until there is one.
pub const CALLBACK_MISSED: MetricSpec = MetricSpec::new(
    "kymo.callback.missed",
    MetricKind::Counter,
    "{call}",
    "Calls of a callback of an observable instrument that observed nothing, because it did not return in time or panicked.",
)
.with_attributes(&[
    key::ERROR_TYPE.described("`timeout` where it has not returned in time, or `panic`."),
    key::CALLBACK_METRIC,
])
.recorded("With each reading that went without the callback, and with each panic; there from the first one on.");

/// Every metric declared in this crate.
pub const ALL: &[MetricSpec] = &[CARDINALITY_FOLDED, CARDINALITY_CUT, CALLBACK_MISSED];
