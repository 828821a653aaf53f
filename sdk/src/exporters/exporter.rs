//! A way by which metrics leave the process.

use std::{any::Any, future::Future, pin::Pin, time::Duration};

use kymo_core::Exemplars;
use opentelemetry::metrics::MeterProvider;
use opentelemetry_sdk::metrics::MeterProviderBuilder;

use crate::{FlushError, view::Callbacks};

/// The exporters of one kind that a telemetry has: those that are pulled from, or those that push.
///
/// Exporters that are pulled from have nothing to flush and nothing to stop, which is the default.
pub(crate) trait Exporter: Any + Send + Sync {
    /// Lets them read from `provider`.
    fn attach(&self, provider: MeterProviderBuilder) -> MeterProviderBuilder;

    /// Lets `callbacks` run before each reads.
    fn prepare(&self, callbacks: &Callbacks);

    /// When they read.
    fn reads(&self) -> Reads;

    /// Whether any of them gives out exemplars: nobody need keep some otherwise.
    fn shows_exemplars(&self) -> bool;

    /// Lets each give out `exemplars` with what it reads.
    fn show(&self, exemplars: &Exemplars);

    /// Measures the exporters themselves.
    fn measure(&self, _: &dyn MeterProvider) {}

    /// Asks each for what there is, before any answer is awaited.
    fn flush(&self, _: Duration) -> Vec<Answer> {
        Vec::new()
    }

    /// As [`Exporter::flush`], for those who wait on their thread.
    fn begin_flush(&self, _: Duration) -> Vec<Wait> {
        Vec::new()
    }

    /// Ends each after a last export.
    fn stop(&self, _: Duration) -> Vec<Answer> {
        Vec::new()
    }

    /// As [`Exporter::stop`], for those who wait on their thread.
    fn begin_stop(&self, _: Duration) -> Vec<Wait> {
        Vec::new()
    }

    /// Tells a failure on standard error where nobody listens to `tracing`.
    fn report_to_stderr(&self) {}

    /// Asks for an export soon, and waits for nothing.
    fn nudge(&self) {}
}

/// When the exporters of a kind read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "said by the exporters")]
pub(crate) enum Reads {
    /// None does.
    Never,
    /// After the callbacks that they were given.
    AfterCallbacks,
    /// Whenever it likes: it is another's.
    Alone,
}

/// The outcome of an export, once it is known.
pub(crate) type Answer = Pin<Box<dyn Future<Output = Result<(), FlushError>> + Send>>;

/// Waits for what becomes of an export.
pub(crate) type Wait = Box<dyn FnOnce() -> Result<(), FlushError>>;
