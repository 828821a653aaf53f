//! The build of the program, as a metric.

use opentelemetry::{KeyValue, Value, metrics::MeterProvider};

use crate::{
    key,
    metrics::{BUILD_INFO, SCOPE},
};

/// The build of the program, as the metric `kymo_build_info` that Prometheus users join with others.
///
/// ```
/// use kymo_process::BuildInfo;
///
/// let build = BuildInfo::new(env!("CARGO_PKG_VERSION"))
///     .revision(option_env!("GIT_COMMIT").unwrap_or("unknown"))
///     .branch("main");
/// ```
///
/// The labels are those of Prometheus' own `prometheus_build_info`, with `rust_version` in the
/// place of `goversion`, and each begins with `kymo_build_`: an attribute of OpenTelemetry has a
/// namespace. One program is one build: register one.
#[derive(Debug, Clone)]
#[must_use = "nothing is shown before `register()`"]
pub struct BuildInfo {
    version: Value,
    revision: Option<Value>,
    branch: Option<Value>,
    rust_version: Option<Value>,
}

impl BuildInfo {
    /// A build of `version`, such as `env!("CARGO_PKG_VERSION")`: the label `kymo_build_version`.
    pub fn new(version: impl Into<Value>) -> Self {
        Self { version: version.into(), revision: None, branch: None, rust_version: None }
    }

    /// The commit it was built from: the label `kymo_build_revision`, absent unless it is given.
    pub fn revision(mut self, revision: impl Into<Value>) -> Self {
        self.revision = Some(revision.into());
        self
    }

    /// The branch it was built from: the label `kymo_build_branch`, absent unless it is given.
    pub fn branch(mut self, branch: impl Into<Value>) -> Self {
        self.branch = Some(branch.into());
        self
    }

    /// The compiler that built it, such as `1.95.0`; a build script can ask `rustc --version`.
    pub fn rust_version(mut self, version: impl Into<Value>) -> Self {
        self.rust_version = Some(version.into());
        self
    }

    /// Shows this build whenever a reader of `meters` collects, for as long as they live.
    pub fn register(self, meters: &dyn MeterProvider) {
        let attributes: Vec<KeyValue> = [
            (key::BUILD_BRANCH, self.branch),
            (key::BUILD_REVISION, self.revision),
            (key::BUILD_RUST_VERSION, self.rust_version),
            (key::BUILD_VERSION, Some(self.version)),
        ]
        .into_iter()
        .filter_map(|(key, value)| Some(key.of(value?)))
        .collect();
        BUILD_INFO.observable_gauge(&SCOPE.meter(meters), move |gauge| {
            gauge.observe(1.0, &attributes);
        });
    }
}
