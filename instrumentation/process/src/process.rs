//! The metrics of this process.

use opentelemetry::metrics::MeterProvider;

use crate::{
    metrics::{self, SCOPE},
    registrar::Registrar,
};

/// The metrics of this process, by the OpenTelemetry [process conventions].
///
/// Times are in seconds, sizes in bytes, as the conventions have them; each reading is at most 50
/// milliseconds old. Registering them twice at one provider changes nothing: both observe the same values
/// of the same series.
///
/// [process conventions]: https://opentelemetry.io/docs/specs/semconv/system/process-metrics/
#[derive(Debug, Clone, Default)]
#[must_use = "nothing is measured before `register()`"]
pub struct ProcessMetrics {
    classic_names: bool,
}

impl ProcessMetrics {
    /// The metrics of the conventions.
    pub fn new() -> Self {
        Self::default()
    }

    /// Emits the same under the names that Prometheus client libraries have always used as well,
    /// such as `process_cpu_seconds_total`, for dashboards that rely on them.
    ///
    /// A process collector of the `prometheus` crate emits these names too: one of both is enough.
    pub fn classic_names(mut self) -> Self {
        self.classic_names = true;
        self
    }

    /// Observes the process whenever a reader of `meters` collects, for as long as they live.
    ///
    /// A number that this machine does not tell is absent.
    pub fn register(&self, meters: &dyn MeterProvider) {
        let meter = SCOPE.meter(meters);
        let mut registrar = Registrar::new(&meter);
        metrics::observe_process(&mut registrar);
        if self.classic_names {
            metrics::observe_classic(&mut registrar);
        }
    }
}
