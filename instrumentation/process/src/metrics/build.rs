//! The build of the program.

use kymo_core::{MetricKind, MetricSpec};

use crate::key;

/// Always 1; its attributes say what was built, for joins in queries.
pub const BUILD_INFO: MetricSpec = MetricSpec::new(
    "kymo.build.info",
    MetricKind::Gauge,
    "{build}",
    "What was built, in attributes; always 1.",
)
.with_attributes(&[
    key::BUILD_BRANCH,
    key::BUILD_REVISION,
    key::BUILD_RUST_VERSION,
    key::BUILD_VERSION,
])
.recorded("From `telemetry.build_info(…)` on.");

/// Every metric of this part.
pub(super) const ALL: &[MetricSpec] = &[BUILD_INFO];
