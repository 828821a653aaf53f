//! The facade `metrics`: see [`Telemetry::metrics_recorder`].

use kymo_metrics::{FacadeKind, Host};
use opentelemetry::{InstrumentationScope, KeyValue};

pub use kymo_metrics::{InstallRecorderError, MetricsRecorder, PROGRAM_SCOPE};

use crate::{
    InstrumentKind, Telemetry,
    view::{ShapedMeters, is_in_callback},
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
        self.kept
            .of(|| MetricsRecorder::hosted(self.meters(), ByViews(self.provider.shaped().cloned())))
    }
}

/// The views of a telemetry, if anybody measures: they know how many series a metric may have, and which.
struct ByViews(Option<ShapedMeters>);

impl Host for ByViews {
    fn series(&self, name: &str, kind: FacadeKind, unit: &str) -> usize {
        let shapes = self.0.as_ref().map(|it| it.shapes().clone()).unwrap_or_default();
        shapes.room(name, instrument(kind), unit, &scope())
    }

    fn shown(
        &self,
        name: &str,
        kind: FacadeKind,
        unit: &str,
        attributes: &[KeyValue],
    ) -> Vec<KeyValue> {
        self.0.as_ref().map_or_else(
            || attributes.to_vec(),
            |views| views.shown(name, instrument(kind), unit, &scope(), attributes),
        )
    }

    fn makes_instruments(&self) -> bool {
        !is_in_callback()
    }
}

fn instrument(kind: FacadeKind) -> InstrumentKind {
    match kind {
        FacadeKind::Counter => InstrumentKind::Counter,
        FacadeKind::Gauge => InstrumentKind::Gauge,
        FacadeKind::Histogram => InstrumentKind::Histogram,
    }
}

fn scope() -> InstrumentationScope {
    InstrumentationScope::builder(PROGRAM_SCOPE).build()
}
