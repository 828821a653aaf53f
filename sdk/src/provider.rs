//! Who provides the meters.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use opentelemetry::{
    InstrumentationScope, global,
    metrics::{Meter, MeterProvider},
};
use opentelemetry_sdk::metrics::SdkMeterProvider;

use crate::error::ShutdownError;

/// Somebody else's provider.
#[derive(Clone)]
pub(crate) struct Injected(pub(crate) Arc<dyn MeterProvider + Send + Sync>);

/// Who provides the meters.
#[derive(Debug, Clone)]
pub(crate) enum Provider {
    /// Our own, and whether it was shut down.
    Own(SdkMeterProvider, Arc<AtomicBool>),
    /// The application's: it configures it, and shuts it down.
    Injected(Injected),
}

impl Provider {
    pub(crate) fn own(provider: SdkMeterProvider) -> Self {
        Self::Own(provider, Arc::default())
    }

    pub(crate) fn meters(&self) -> &(dyn MeterProvider + Send + Sync) {
        match self {
            Self::Own(provider, _) => provider,
            Self::Injected(provider) => provider,
        }
    }

    /// Makes this the provider of instrumentation that asks the global one.
    pub(crate) fn set_global(&self) {
        match self.clone() {
            Self::Own(provider, _) => global::set_meter_provider(provider),
            Self::Injected(provider) => global::set_meter_provider(provider),
        }
    }

    pub(crate) fn shutdown(&self, timeout: Duration) -> Result<(), ShutdownError> {
        match self {
            Self::Own(provider, ended) if !ended.swap(true, Ordering::AcqRel) => {
                provider.shutdown_with_timeout(timeout).map_err(ShutdownError)
            }
            Self::Own(..) | Self::Injected(_) => Ok(()),
        }
    }
}

impl MeterProvider for Injected {
    fn meter_with_scope(&self, scope: InstrumentationScope) -> Meter {
        self.0.meter_with_scope(scope)
    }
}

impl fmt::Debug for Injected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Injected")
    }
}
