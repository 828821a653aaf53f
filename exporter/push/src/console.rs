//! Metrics on standard output, for people to read.

use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use bytes::Bytes;
use opentelemetry_sdk::metrics::{data::ResourceMetrics, exporter::PushMetricExporter};
use opentelemetry_stdout::MetricExporter;

use crate::{
    component::Component,
    escort::Escort,
    export::{Export, Receipt},
    failure::{Failure, Kind},
};

/// Prints metrics to standard output.
pub(crate) struct ConsoleExporter {
    stdout: MetricExporter,
    component: Component,
    /// Whether standard output has no reader any more.
    closed: AtomicBool,
}

impl ConsoleExporter {
    /// The exporter to standard output, numbered in the order of making.
    pub(crate) fn new() -> Self {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let component = Component::new("console_metric_exporter", &MADE);
        Self { stdout: MetricExporter::default(), component, closed: AtomicBool::new(false) }
    }
}

impl Export for ConsoleExporter {
    fn component(&self) -> Component {
        self.component.clone()
    }

    /// What is printed has no place for them.
    fn sends_exemplars(&self) -> bool {
        false
    }

    fn target(&self) -> &'static str {
        "standard output"
    }

    /// Prints right away, for the metrics are here and nowhere later, without exemplars.
    ///
    /// Without a reader, printing panics; it does so once, because every panic prints too.
    fn prepare(&self, metrics: &ResourceMetrics, _: Option<&Escort>) -> Result<Bytes, Failure> {
        let failed = |reason: &str| Err(Failure::new(Kind::Output, reason.to_owned()));
        if self.closed.load(Ordering::Relaxed) {
            return failed("standard output is closed");
        }
        let print = AssertUnwindSafe(|| {
            let print = std::pin::pin!(self.stdout.export(metrics));
            print.poll(&mut Context::from_waker(Waker::noop()))
        });
        match catch_unwind(print) {
            Ok(Poll::Ready(Ok(()))) => Ok(Bytes::new()),
            Ok(Poll::Ready(Err(error))) => failed(&error.to_string()),
            Ok(Poll::Pending) => failed("standard output is not ready"),
            Err(_) => {
                self.closed.store(true, Ordering::Relaxed);
                failed("standard output is closed")
            }
        }
    }

    fn timeout(&self) -> Duration {
        Duration::MAX
    }

    async fn send(&self, _: Bytes, _: Instant) -> Result<Receipt, Failure> {
        Ok(Receipt::default())
    }
}
