//! Every metric that the facade itself emits, whatever the features: about the instruments of the whole
//! program. They are in the scope of core, beside the count of folds.

use kymo_core::{MetricKind, MetricSpec};

use crate::key;

/// Measurements, or bindings of an instrument, with an attribute value that was too long and was cut;
/// absent until there is one.
pub(crate) const CARDINALITY_CUT: MetricSpec = MetricSpec::new(
    "kymo.cardinality.cut",
    MetricKind::Counter,
    "{measurement}",
    "Measurements with an attribute value that was cut because it was too long.",
)
.with_attributes(&[key::FOLDED_METRIC])
.recorded("With each measurement or binding that was cut; there from the first one on.");

/// Readings that lack what the callback of an observable instrument observes, such as scrapes; absent
/// until there is one.
pub(crate) const CALLBACK_MISSED: MetricSpec = MetricSpec::new(
    "kymo.callback.missed",
    MetricKind::Counter,
    "{call}",
    "Calls of a callback of an observable instrument that observed nothing, because it did not return in time or panicked.",
)
.with_attributes(&[
    key::ERROR_TYPE.described("`timeout` where it has not returned in time, or `panic`."),
    key::CALLBACK_METRIC,
])
.recorded(
    "With each reading that went without the callback, and with each panic; there from the first one on.",
);

/// All of them.
pub(crate) const ALL: &[MetricSpec] = &[CARDINALITY_CUT, CALLBACK_MISSED];
