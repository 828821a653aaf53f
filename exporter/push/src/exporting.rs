//! An export under way.

use std::{sync::Arc, time::Duration};

use kymo_core::{Attempt, Bounded, Outcome, Record};
use opentelemetry::KeyValue;

use crate::{
    export::Receipt,
    failure::{self, Failure, Kind, Status},
    key,
    metrics::Instruments,
    observer::{Observer, error_type},
};

/// Times an export from its encoding to its end, and counts its points once: as arrived, or by why
/// they did not.
pub(crate) type Exporting = Attempt<Points>;

/// The points of an export, in flight until they are recorded.
pub(crate) struct Points {
    observer: Arc<Observer>,
    /// Those they were counted in with: they are counted out with the same.
    instruments: Option<Arc<Instruments>>,
    all: u64,
    rejected: u64,
    status: Option<Status>,
    failure: Option<Kind>,
}

impl Points {
    /// Starts the export of `all` points, measured with `instruments` if there are any.
    pub(crate) fn start(
        observer: Arc<Observer>,
        instruments: Option<Arc<Instruments>>,
        all: u64,
    ) -> Exporting {
        if let Some(instruments) = &instruments {
            instruments.inflight.add(signed(all), &observer.exporter.with(None));
        }
        let points =
            Self { observer, instruments, all, rejected: all, status: None, failure: None };
        Attempt::started(points)
    }

    /// Takes the answer to the export, and gives what it makes of the attempt.
    pub(crate) fn answered(&mut self, answer: &Result<Receipt, Failure>) -> Outcome {
        match answer {
            Ok(receipt) => {
                self.status = receipt.status;
                self.rejected = receipt.rejected.min(self.all);
                self.failure = (self.rejected > 0).then_some(Kind::Rejected);
            }
            Err(failure) => {
                self.status = failure.status;
                self.failure = Some(failure.kind.clone());
            }
        }
        // The kind is kept here: it holds the status, which no closed set names.
        self.failure.as_ref().map_or(Outcome::Success, |_| Outcome::Failed(Bounded::OTHER))
    }
}

impl Record for Points {
    fn record(&mut self, elapsed: Duration, outcome: Outcome) {
        let Some(instruments) = &self.instruments else { return };
        let exporter = &self.observer.exporter;
        instruments.inflight.add(-signed(self.all), &exporter.with(None));

        let failure = match outcome {
            Outcome::Success | Outcome::Failed(_) => self.failure.take(),
            Outcome::Timeout => Some(Kind::Timeout),
            Outcome::Cancelled => Some(Kind::Cancelled),
            Outcome::Panic => Some(Kind::Panic),
        };
        let error = failure.as_ref().map(error_type);
        let arrived = self.all - self.rejected;
        if arrived > 0 {
            instruments.exported.add(arrived, &exporter.with(None));
        }
        if self.rejected > 0 {
            instruments.exported.add(self.rejected, &exporter.with(error.clone()));
        }

        let attributes = exporter.with(error.into_iter().chain(self.status.map(status)));
        instruments.operation_duration.record(elapsed.as_secs_f64(), &attributes);
    }
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

#[cfg(test)]
mod tests;
