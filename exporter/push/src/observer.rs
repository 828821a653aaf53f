//! The observer of the push itself.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use opentelemetry::{KeyValue, metrics::MeterProvider};

use crate::{
    component::Component,
    exporting::{Exporting, Points},
    failure::Kind,
    key,
    metrics::{Instruments, SCOPE},
};

/// Measures the push itself, as soon as it has a meter provider.
pub(crate) struct Observer {
    pub(crate) exporter: Component,
    reader: Component,
    instruments: OnceLock<Arc<Instruments>>,
}

impl Observer {
    pub(crate) fn new(exporter: Component) -> Self {
        Self { exporter, reader: Component::reader(), instruments: OnceLock::new() }
    }

    /// Measures with instruments of `meters` from now on, unless there are some already.
    pub(crate) fn attach(&self, meters: &dyn MeterProvider) {
        self.instruments.get_or_init(|| Arc::new(Instruments::new(&SCOPE.meter(meters))));
    }

    /// A collection is over.
    pub(crate) fn collected(&self, elapsed: Duration, error: Option<&Kind>) {
        if let Some(instruments) = self.instruments.get() {
            let attributes = self.reader.with(error.map(error_type));
            instruments.collection_duration.record(elapsed.as_secs_f64(), &attributes);
        }
    }

    /// An export of `points` begins.
    pub(crate) fn exporting(self: &Arc<Self>, points: u64) -> Exporting {
        Points::start(Arc::clone(self), self.instruments.get().cloned(), points)
    }
}

/// The attribute that says why an export or a collection failed.
pub(crate) fn error_type(kind: &Kind) -> KeyValue {
    key::ERROR_TYPE.of(kind.name().into_owned())
}
