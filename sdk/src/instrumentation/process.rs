//! The process and its tokio runtimes: see [`TelemetryBuilder::process`].

pub use kymo_process::{BuildInfo, Handle, ProcessMetrics, RuntimeMetrics};

use crate::{InjectedBuilder, Telemetry, TelemetryBuilder, builder::basis::Basis};

const STEP: &str = "process";

impl TelemetryBuilder {
    /// Measures the process: processor time, memory, threads, open files and the like, by the
    /// semantic conventions.
    ///
    /// All of it on Linux, some on other systems; what cannot be read is absent. The resource gets
    /// `process.pid` and `process.creation.time`, without which these metrics belong to no process.
    pub fn process(mut self) -> Self {
        self.detectors.insert(0, |_| kymo_process::entity());
        self.basis.measure_process();
        self
    }

    /// As [`TelemetryBuilder::process`], and under the names that Prometheus client libraries have
    /// always used as well, such as `process_cpu_seconds_total`.
    ///
    /// They are for dashboards that rely on them. A process collector of the `prometheus` crate
    /// emits the same names: leave that one out.
    pub fn process_classic_names(mut self) -> Self {
        self.detectors.insert(0, |_| kymo_process::entity());
        self.basis.measure_process_by_classic_names();
        self
    }
}

impl InjectedBuilder {
    /// As [`TelemetryBuilder::process`], but for the resource, which the program gave to its provider.
    pub fn process(mut self) -> Self {
        self.basis.measure_process();
        self
    }

    /// As [`TelemetryBuilder::process_classic_names`], but for the resource, which the program gave to
    /// its provider.
    pub fn process_classic_names(mut self) -> Self {
        self.basis.measure_process_by_classic_names();
        self
    }
}

impl Basis {
    fn measure_process(&mut self) {
        self.steps.entry(STEP).or_insert_with(|| {
            Box::new(|telemetry| ProcessMetrics::new().register(telemetry.meters()))
        });
    }

    fn measure_process_by_classic_names(&mut self) {
        let register = |telemetry: &Telemetry| {
            ProcessMetrics::new().classic_names().register(telemetry.meters());
        };
        self.steps.insert(STEP, Box::new(register));
    }
}

impl Telemetry {
    /// Measures a tokio runtime as `name`, such as `main`, until it ends.
    ///
    /// A program that is built with `RUSTFLAGS="--cfg tokio_unstable"` is told more. One task is spawned on
    /// the runtime, to notice the end, and to be woken nearly five times a second by a thread of kymo's: how
    /// late that is, is `kymo.tokio.delay`.
    ///
    /// ```
    /// # async fn run(telemetry: &kymo::Telemetry) {
    /// telemetry.tokio_runtime("main", &tokio::runtime::Handle::current());
    /// # }
    /// ```
    pub fn tokio_runtime(&self, name: &str, handle: &Handle) {
        self.kept.of(|| RuntimeMetrics::new(self.meters())).watch(name, handle);
    }

    /// Shows what was built in the labels of `kymo_build_info`, a metric that is always 1.
    ///
    /// ```
    /// use kymo::process::BuildInfo;
    ///
    /// # let telemetry = kymo::Telemetry::for_service("bookshop").build()?;
    /// telemetry.build_info(BuildInfo::new(env!("CARGO_PKG_VERSION")).branch("main"));
    /// # Ok::<_, kymo::InstallError>(())
    /// ```
    ///
    /// Each label begins with `kymo_build_`. For dashboards that ask for `version`, a view gives it
    /// that name: `View::new().rename_attribute("kymo.build.version", "version")`.
    ///
    /// A program is one build: a second call changes nothing.
    pub fn build_info(&self, build: BuildInfo) {
        self.kept.of(|| {
            build.register(self.meters());
            Shown
        });
    }
}

/// The mark of a build that is shown.
#[derive(Clone)]
struct Shown;
