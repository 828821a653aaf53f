//! The instruments of the push itself, and when they record.

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use kymo_core::Scope;
use opentelemetry::{
    KeyValue,
    metrics::{Counter, Histogram, MeterProvider, UpDownCounter},
};

use crate::{
    component::Component,
    export::Receipt,
    failure::{self, Failure, Kind, Status},
    key, metrics,
};

/// Measures the push itself, as soon as it has a meter provider.
pub(crate) struct Observer {
    exporter: Component,
    reader: Component,
    instruments: OnceLock<Arc<Instruments>>,
}

/// The instruments of the push, once it has a meter provider.
struct Instruments {
    operation_duration: Histogram<f64>,
    inflight: UpDownCounter<i64>,
    exported: Counter<u64>,
    collection_duration: Histogram<f64>,
}

impl Observer {
    pub(crate) fn new(exporter: Component) -> Self {
        Self { exporter, reader: Component::reader(), instruments: OnceLock::new() }
    }

    /// Measures with instruments of `meters` from now on, unless there are some already.
    pub(crate) fn attach(&self, meters: &dyn MeterProvider) {
        self.instruments.get_or_init(|| {
            let scope = Scope::of_crate(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
            let meter = scope.meter(meters);
            Arc::new(Instruments {
                operation_duration: metrics::OPERATION_DURATION.histogram(&meter),
                inflight: metrics::DATA_POINT_INFLIGHT.up_down_counter(&meter),
                exported: metrics::DATA_POINT_EXPORTED.counter(&meter),
                collection_duration: metrics::COLLECTION_DURATION.histogram(&meter),
            })
        });
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
        let instruments = self.instruments.get().cloned();
        if let Some(instruments) = &instruments {
            instruments.inflight.add(signed(points), &self.exporter.with(None));
        }
        Exporting {
            observer: Arc::clone(self),
            instruments,
            points,
            started: Instant::now(),
            status: None,
            rejected: points,
            error: Some(Kind::Cancelled),
        }
    }
}

/// An export under way: recorded once, when it is dropped, as cancelled unless it ended before.
pub(crate) struct Exporting {
    observer: Arc<Observer>,
    /// Those it was counted in with: it is counted out with the same.
    instruments: Option<Arc<Instruments>>,
    points: u64,
    started: Instant,
    status: Option<Status>,
    rejected: u64,
    error: Option<Kind>,
}

impl Exporting {
    /// Records how the export ended.
    pub(crate) fn finish(mut self, outcome: &Result<Receipt, Failure>) {
        match outcome {
            Ok(receipt) => {
                self.status = receipt.status;
                self.rejected = receipt.rejected.min(self.points);
                self.error = (self.rejected > 0).then_some(Kind::Rejected);
            }
            Err(failure) => {
                self.status = failure.status;
                self.error = Some(failure.kind.clone());
            }
        }
    }
}

impl Drop for Exporting {
    fn drop(&mut self) {
        let Some(instruments) = &self.instruments else { return };
        let exporter = &self.observer.exporter;
        instruments.inflight.add(-signed(self.points), &exporter.with(None));

        let error = self.error.as_ref().map(error_type);
        let arrived = self.points - self.rejected;
        if arrived > 0 {
            instruments.exported.add(arrived, &exporter.with(None));
        }
        if self.rejected > 0 {
            instruments.exported.add(self.rejected, &exporter.with(error.clone()));
        }

        let attributes = exporter.with(error.into_iter().chain(self.status.map(status)));
        instruments.operation_duration.record(self.started.elapsed().as_secs_f64(), &attributes);
    }
}

fn error_type(kind: &Kind) -> KeyValue {
    key::ERROR_TYPE.of(kind.name().into_owned())
}

fn status(status: Status) -> KeyValue {
    match status {
        Status::Http(code) if failure::known(code) => {
            key::HTTP_RESPONSE_STATUS_CODE.of(i64::from(code))
        }
        Status::Http(_) => key::HTTP_RESPONSE_STATUS_CODE.of(kymo_core::OTHER),
        Status::Grpc(name) => key::RPC_RESPONSE_STATUS_CODE.of(name),
    }
}

/// Points as an up-down counter adds them.
fn signed(points: u64) -> i64 {
    i64::try_from(points).unwrap_or(i64::MAX)
}
