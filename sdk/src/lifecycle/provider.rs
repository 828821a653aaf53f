//! The provider of the meters.

use std::sync::Arc;

use kymo_core::Exemplars;
use opentelemetry::{
    global,
    metrics::{MeterProvider, NoopMeterProvider},
};
use opentelemetry_sdk::metrics::SdkMeterProvider;

use crate::view::{Callbacks, ShapedMeters, Shapes};

/// Somebody else's provider.
pub(crate) type Injected = Arc<dyn MeterProvider + Send + Sync>;

/// The provider of the meters.
#[derive(Debug, Clone)]
pub(crate) enum Provider {
    /// We, or the application: it configures its own, and shuts it down.
    Somebody(ShapedMeters),
    /// Nobody: telemetry is disabled. Our own, if there is one, says who the service is, and
    /// keeps the metrics of others on the page.
    Nobody(
        Arc<NoopMeterProvider>,
        #[allow(dead_code, reason = "kept alive")] Option<SdkMeterProvider>,
    ),
}

impl Provider {
    /// Our own; those who read it are known if they all read by its callbacks.
    pub(crate) fn own(
        provider: SdkMeterProvider,
        shapes: Shapes,
        exemplars: Option<Exemplars>,
        are_readers_known: bool,
        disabled: bool,
    ) -> Self {
        if disabled {
            return Self::nobody(Some(provider));
        }
        let provider = Arc::new(provider);
        Self::Somebody(ShapedMeters::new(provider, shapes, exemplars, are_readers_known))
    }

    pub(crate) fn injected(
        provider: Injected,
        exemplars: Option<Exemplars>,
        disabled: bool,
    ) -> Self {
        if disabled {
            return Self::nobody(None);
        }
        Self::Somebody(ShapedMeters::new(provider, Shapes::default(), exemplars, false))
    }

    fn nobody(provider: Option<SdkMeterProvider>) -> Self {
        Self::Nobody(Arc::new(NoopMeterProvider::new()), provider)
    }

    pub(crate) fn meters(&self) -> &(dyn MeterProvider + Send + Sync) {
        match self {
            Self::Somebody(provider) => provider,
            Self::Nobody(provider, _) => &**provider,
        }
    }

    /// The meters, if anybody measures.
    #[allow(dead_code, reason = "read by the feature `testing`")]
    pub(crate) fn shaped(&self) -> Option<&ShapedMeters> {
        match self {
            Self::Somebody(provider) => Some(provider),
            Self::Nobody(..) => None,
        }
    }

    /// The callbacks of observable instruments, if anybody measures.
    pub(crate) fn callbacks(&self) -> Option<&Callbacks> {
        match self {
            Self::Somebody(provider) => Some(provider.callbacks()),
            Self::Nobody(..) => None,
        }
    }

    /// The exemplars beside what is measured, if any are kept.
    pub(crate) fn exemplars(&self) -> Option<&Exemplars> {
        match self {
            Self::Somebody(provider) => provider.exemplars(),
            Self::Nobody(..) => None,
        }
    }

    /// Makes this the provider of instrumentation that asks the global one.
    pub(crate) fn set_global(&self) {
        match self.clone() {
            Self::Somebody(provider) => global::set_meter_provider(provider),
            Self::Nobody(..) => global::set_meter_provider(NoopMeterProvider::new()),
        }
    }
}
