//! The recorder of the facade.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use opentelemetry::metrics::MeterProvider;

use crate::{
    counter::Counters,
    error::InstallRecorderError,
    gauge::Gauges,
    histogram::Histograms,
    host::{Host, Sdk},
    registrar::Registrar,
    shared::Shared,
};

/// Records what the macros of the `metrics` facade say, through the meters of one provider.
///
/// Clones are the same recorder. It is a plain [`Recorder`]: layers of `metrics-util` go around it, and
/// `metrics::with_local_recorder` takes it.
#[derive(Clone)]
pub struct MetricsRecorder(Arc<All>);

struct All {
    shared: Shared,
    counters: Registrar<Counters>,
    gauges: Registrar<Gauges>,
    histograms: Registrar<Histograms>,
    is_installed: AtomicBool,
}

impl MetricsRecorder {
    /// A recorder that makes its instruments with `meters`, each with as many series as the SDK lets it have by
    /// itself.
    pub fn new(meters: &dyn MeterProvider) -> Self {
        Self::hosted(meters, Sdk)
    }

    /// A recorder that makes its instruments with `meters`, of whose limits `host` knows.
    pub fn hosted(meters: &dyn MeterProvider, host: impl Host) -> Self {
        Self(Arc::new(All {
            shared: Shared::new(meters, Arc::new(host)),
            counters: Registrar::new(),
            gauges: Registrar::new(),
            histograms: Registrar::new(),
            is_installed: AtomicBool::new(false),
        }))
    }

    /// Makes this the recorder of the whole process, and of its libraries; once more changes nothing.
    ///
    /// What was recorded before is lost, also later through handles that were made before: install it first.
    ///
    /// # Errors
    ///
    /// [`InstallRecorderError`] if another recorder is installed, of which a process has one.
    pub fn install(&self) -> Result<(), InstallRecorderError> {
        if self.0.is_installed.load(Ordering::Acquire) {
            return Ok(());
        }
        metrics::set_global_recorder(self.clone()).map_err(|_| InstallRecorderError::new())?;
        self.0.is_installed.store(true, Ordering::Release);
        Ok(())
    }
}

impl Recorder for MetricsRecorder {
    fn describe_counter(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        self.0.counters.describe(&name, unit, &description, &self.0.shared);
    }

    fn describe_gauge(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        self.0.gauges.describe(&name, unit, &description, &self.0.shared);
    }

    fn describe_histogram(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        self.0.histograms.describe(&name, unit, &description, &self.0.shared);
    }

    fn register_counter(&self, key: &Key, _metadata: &Metadata<'_>) -> Counter {
        self.0.counters.register(key, &self.0.shared)
    }

    fn register_gauge(&self, key: &Key, _metadata: &Metadata<'_>) -> Gauge {
        self.0.gauges.register(key, &self.0.shared)
    }

    fn register_histogram(&self, key: &Key, _metadata: &Metadata<'_>) -> Histogram {
        self.0.histograms.register(key, &self.0.shared)
    }
}

impl fmt::Debug for MetricsRecorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetricsRecorder").field("shared", &self.0.shared).finish_non_exhaustive()
    }
}
