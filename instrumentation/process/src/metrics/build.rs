//! What was built.

use kymo_core::{MetricKind, MetricSpec, key};

/// Always 1; its attributes say what was built, for joins in queries.
pub const BUILD_INFO: MetricSpec = MetricSpec {
    name: "kymo.build.info",
    kind: MetricKind::Gauge,
    unit: "{build}",
    description: "What was built, in attributes; always 1.",
    attributes: &[
        key::BUILD_BRANCH,
        key::BUILD_REVISION,
        key::BUILD_RUST_VERSION,
        key::BUILD_VERSION,
    ],
};
