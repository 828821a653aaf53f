//! Who provides the meters.

use std::{fmt, sync::Arc};

use opentelemetry::{
    InstrumentationScope, global,
    metrics::{Meter, MeterProvider, NoopMeterProvider},
};
use opentelemetry_sdk::metrics::SdkMeterProvider;

/// Somebody else's provider.
#[derive(Clone)]
pub(crate) struct Injected(pub(crate) Arc<dyn MeterProvider + Send + Sync>);

/// Who provides the meters.
#[derive(Debug, Clone)]
pub(crate) enum Provider {
    /// Our own.
    Own(SdkMeterProvider),
    /// The application's: it configures it, and shuts it down.
    Injected(Injected),
    /// Nobody: telemetry is disabled. Our own, if there is one, says who the service is, and
    /// keeps the metrics of others on the page.
    Nobody(
        Arc<NoopMeterProvider>,
        #[allow(dead_code, reason = "kept alive")] Option<SdkMeterProvider>,
    ),
}

impl Provider {
    pub(crate) fn own(provider: SdkMeterProvider, disabled: bool) -> Self {
        if disabled { Self::nobody(Some(provider)) } else { Self::Own(provider) }
    }

    pub(crate) fn injected(provider: Injected, disabled: bool) -> Self {
        if disabled { Self::nobody(None) } else { Self::Injected(provider) }
    }

    fn nobody(provider: Option<SdkMeterProvider>) -> Self {
        Self::Nobody(Arc::new(NoopMeterProvider::new()), provider)
    }

    pub(crate) fn meters(&self) -> &(dyn MeterProvider + Send + Sync) {
        match self {
            Self::Own(provider) => provider,
            Self::Injected(provider) => provider,
            Self::Nobody(provider, _) => &**provider,
        }
    }

    /// Makes this the provider of instrumentation that asks the global one.
    pub(crate) fn set_global(&self) {
        match self.clone() {
            Self::Own(provider) => global::set_meter_provider(provider),
            Self::Injected(provider) => global::set_meter_provider(provider),
            Self::Nobody(..) => global::set_meter_provider(NoopMeterProvider::new()),
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
