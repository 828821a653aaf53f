//! For people who read standard output.

use std::{
    future::Future,
    sync::atomic::AtomicUsize,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use bytes::Bytes;
use opentelemetry_sdk::metrics::{data::ResourceMetrics, exporter::PushMetricExporter};
use opentelemetry_stdout::MetricExporter;

use crate::{
    component::Component,
    export::{Export, Receipt},
    failure::{Failure, Kind},
};

/// Prints metrics to standard output.
pub(crate) struct ConsoleExporter {
    stdout: MetricExporter,
    component: Component,
}

impl ConsoleExporter {
    pub(crate) fn new() -> Self {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let component = Component::new("console_metric_exporter", &MADE);
        Self { stdout: MetricExporter::default(), component }
    }
}

impl Export for ConsoleExporter {
    fn component(&self) -> Component {
        self.component.clone()
    }

    fn target(&self) -> &'static str {
        "standard output"
    }

    /// Prints right away, for the metrics are here and nowhere later.
    fn prepare(&self, metrics: &ResourceMetrics) -> Result<Bytes, Failure> {
        let print = std::pin::pin!(self.stdout.export(metrics));
        let printed = print.poll(&mut Context::from_waker(Waker::noop()));
        match printed {
            Poll::Ready(Ok(())) => Ok(Bytes::new()),
            Poll::Ready(Err(error)) => Err(Failure::new(Kind::Output, error.to_string())),
            Poll::Pending => Err(Failure::new(Kind::Output, "standard output is not ready")),
        }
    }

    fn timeout(&self) -> Duration {
        Duration::MAX
    }

    async fn send(&self, _: Bytes, _: Instant) -> Result<Receipt, Failure> {
        Ok(Receipt::default())
    }
}
