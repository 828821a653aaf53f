//! The attribute keys of this crate's metrics.

use kymo_core::key::AttributeKey;

/// Why an observation is in no metric.
pub const FACADE_LOSS_CAUSE: AttributeKey = AttributeKey::new(
    "kymo.facade.loss.cause",
    "`kind` where the name is that of a metric of another kind, `name_limit` where there are too many names, \
     `not_finite` for NaN and the infinities, `callback` for a metric that is first used in a callback of an \
     observable instrument, `overflow` for what would make a counter exceed 2^63 - 1, of which as much is counted \
     as fits, `many` for what record_many() records beyond 100,000 times.",
);

/// Why a description is of no use.
pub const FACADE_DESCRIPTION_CAUSE: AttributeKey = AttributeKey::new(
    "kymo.facade.description.cause",
    "`late` where the metric was used before it was described, `name_limit` where there are too many names.",
);
