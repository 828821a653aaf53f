//! The facade `metrics`: see [`Telemetry::metrics_recorder`].

use kymo_metrics::{FacadeKind, Host};
use opentelemetry::InstrumentationScope;

pub use kymo_metrics::{InstallRecorderError, MetricsRecorder, PROGRAM_SCOPE};

use crate::{
    InstrumentKind, Telemetry,
    view::{Shapes, is_in_callback},
};

impl Telemetry {
    /// The recorder of the facade `metrics`: what `counter!(..)`, `gauge!(..)` and `histogram!(..)` record, in the
    /// program and in its libraries, is on the same page and in the same push as everything else, and goes
    /// through the same views.
    ///
    /// Install it before anything is recorded, and once; layers of `metrics-util` go around it. A metric has
    /// 1,791 series unless a view has another limit, and the program 512 metrics; what exceeds that is folded,
    /// or lost, and counted. Views select what it makes by the meter `metrics`. The front page of
    /// [`kymo_metrics`] says what becomes of what.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let telemetry = kymo::Telemetry::for_service("bookshop").prometheus().build()?;
    /// telemetry.metrics_recorder().install()?;
    ///
    /// metrics::counter!("books_sold_total", "genre" => "crime").increment(1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn metrics_recorder(&self) -> MetricsRecorder {
        let shapes = self.provider.shapes();
        self.kept.of(|| MetricsRecorder::hosted(self.meters(), ByViews(shapes)))
    }
}

/// The views of a telemetry, which know how many series a metric may have.
struct ByViews(Shapes);

impl Host for ByViews {
    fn series(&self, name: &str, kind: FacadeKind, unit: &str) -> usize {
        let kind = match kind {
            FacadeKind::Counter => InstrumentKind::Counter,
            FacadeKind::Gauge => InstrumentKind::Gauge,
            FacadeKind::Histogram => InstrumentKind::Histogram,
        };
        let scope = InstrumentationScope::builder(PROGRAM_SCOPE).build();
        self.0.room(name, kind, unit, &scope)
    }

    fn makes_instruments(&self) -> bool {
        !is_in_callback()
    }
}
