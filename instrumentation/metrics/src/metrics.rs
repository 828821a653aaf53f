//! Every metric this crate emits about itself; what the program records has the names that the program
//! gives.

use kymo_core::{MetricKind, MetricSpec, Scope};

use crate::key;

/// Observations through the facade that are in no metric.
pub const LOST: MetricSpec = MetricSpec::new(
    "kymo.facade.lost",
    MetricKind::Counter,
    "{observation}",
    "Observations through the metrics facade that are in no metric, by cause.",
)
.with_attributes(&[key::FACADE_LOSS_CAUSE])
.recorded("With each observation that is lost; there from the start, at zero.");

/// Descriptions that changed nothing.
pub const DESCRIPTIONS_UNUSED: MetricSpec = MetricSpec::new(
    "kymo.facade.descriptions.unused",
    MetricKind::Counter,
    "{description}",
    "Descriptions and units of the metrics facade that changed nothing, by cause.",
)
.with_attributes(&[key::FACADE_DESCRIPTION_CAUSE])
.recorded(
    "Once for each name that is described too late, and with each description for which there is no room; \
     there from the start, at zero.",
);

/// Every metric declared in this crate.
pub const ALL: &[MetricSpec] = &[LOST, DESCRIPTIONS_UNUSED];

/// The instrumentation scope of these; that of what the program records is
/// [`PROGRAM_SCOPE`](crate::PROGRAM_SCOPE).
pub(crate) const SCOPE: Scope = Scope::of_crate(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
