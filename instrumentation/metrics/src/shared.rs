//! What the metrics of all kinds share.

use std::sync::Arc;

use opentelemetry::{
    InstrumentationScope,
    metrics::{Meter, MeterProvider},
};

use crate::{PROGRAM_SCOPE, host::Host, loss::Losses, metrics::SCOPE, names::Names};

/// What the metrics of all kinds share.
#[derive(Debug)]
pub(crate) struct Shared {
    /// Makes what the program records into.
    pub(crate) program: Meter,
    /// Makes what says how much of that is lost or folded.
    pub(crate) own: Meter,
    pub(crate) host: Arc<dyn Host>,
    pub(crate) names: Names,
    pub(crate) losses: Arc<Losses>,
}

impl Shared {
    pub(crate) fn new(meters: &dyn MeterProvider, host: Arc<dyn Host>) -> Self {
        let scope = InstrumentationScope::builder(PROGRAM_SCOPE).build();
        let (program, own) = (meters.meter_with_scope(scope), SCOPE.meter(meters));
        let losses = Arc::new(Losses::new(&own));
        Self { program, own, host, names: Names::default(), losses }
    }
}
