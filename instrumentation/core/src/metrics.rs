//! The metrics that every instrumentation emits: about its own bounds, and about what is in no request.

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

/// Operations that ended where no request and no other unit of work had an account that they could be entered into: in
/// what a handler spawned, in what a stream does after its head, and in the background.
pub const OUTSIDE: MetricSpec = MetricSpec::new(
    "kymo.http.server.request.outside",
    MetricKind::Counter,
    "{operation}",
    "Operations that ended outside of any request or unit of work.",
)
.with_attributes(&[key::OPERATION_KIND])
.recorded(
    "With the metric of the operation itself; there from the start, at zero, for what is instrumented.",
);

/// Every metric declared in this crate.
pub const ALL: &[MetricSpec] = &[CARDINALITY_FOLDED, OUTSIDE];
