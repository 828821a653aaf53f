//! The three kinds of metrics of the facade.

use std::{fmt, sync::Arc};

use opentelemetry::{KeyValue, metrics::Meter};

use crate::{
    descriptions::Description,
    folded::Folded,
    loss::{Losses, Lost},
};

/// A kind of metric of the facade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FacadeKind {
    /// What `counter!` makes.
    Counter,
    /// What `gauge!` makes.
    Gauge,
    /// What `histogram!` makes.
    Histogram,
}

impl fmt::Display for FacadeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        })
    }
}

/// A kind of metric: its instrument, its series, and what the facade hands to the program for them.
pub(crate) trait Kind: 'static {
    const KIND: FacadeKind;
    /// The instrument of a metric.
    type Instrument: Send + Sync;
    /// The state of a series.
    type Series: Send + Sync + 'static;
    /// The type of the facade through which the program records.
    type Handle: Clone + Send + Sync;

    fn instrument(meter: &Meter, name: String, description: &Description) -> Self::Instrument;
    /// The series of `attributes`, which is that of the attributes `shown` on the page.
    fn bind(
        instrument: &Self::Instrument,
        attributes: &[KeyValue],
        shown: &[KeyValue],
        losses: &Arc<Losses>,
    ) -> Self::Series;
    /// Shows a series before anything is recorded, as far as OpenTelemetry does not by itself; `is_bare` if it
    /// is shown without attributes.
    fn begin(_series: &Self::Series, _is_bare: bool) {}
    fn handle(series: Arc<Self::Series>) -> Self::Handle;
    fn folded(folded: Folded<Self::Series>) -> Self::Handle;
    fn lost(lost: Arc<Lost>) -> Self::Handle;
}
