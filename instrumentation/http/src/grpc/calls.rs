//! The instruments of the calls of one layer.

use std::time::Duration;

use kymo_core::{Folds, SeriesCache};
use opentelemetry::metrics::{BoundHistogram, Histogram, Meter};

use super::methods::Methods;
use crate::{
    instruments::{RESERVE, SERIES},
    key, metrics,
    series::CallKey,
    settings::Settings,
};

/// The instruments of the calls of one layer; made with its first call, so that a server without gRPC
/// shows nothing of it.
#[derive(Debug)]
pub(crate) struct Calls {
    pub(super) methods: Methods,
    duration: Histogram<f64>,
    series: SeriesCache<CallKey, BoundHistogram<f64>>,
}

impl Calls {
    /// The instruments of calls; `None` if their metric is switched off.
    pub(crate) fn new(meter: &Meter, settings: &Settings) -> Option<Self> {
        let duration = metrics::call_duration(meter, settings)?;
        let folds = Folds::new(meter, &metrics::CALL_DURATION, &[key::RPC_METHOD.key]);
        Some(Self {
            methods: Methods::new(meter, settings.grpc_methods.as_ref()),
            duration,
            series: SeriesCache::with_reserve(SERIES.into(), RESERVE, folds),
        })
    }

    /// Records a call that took so long.
    pub(super) fn record(&self, key: CallKey, elapsed: Duration) {
        let bind = |key: CallKey| {
            let method = self.methods.value(key.method);
            self.duration.bind(&key.attributes(method))
        };
        self.series.with(key, bind, |duration| duration.record(elapsed.as_secs_f64()));
    }
}
