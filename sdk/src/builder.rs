//! What the telemetry of a service is made from.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use opentelemetry::{Key, KeyValue, Value, metrics::MeterProvider};
use opentelemetry_sdk::metrics::SdkMeterProvider;

use crate::{
    Telemetry,
    environment::Environment,
    error::InstallError,
    handouts::Handouts,
    provider::{Injected, Provider},
    pull::PullPlan,
    resource,
};

/// The telemetry of a service before it is installed.
#[must_use = "nothing is measured before `install()` or `build()`"]
pub struct TelemetryBuilder {
    service: String,
    attributes: Vec<KeyValue>,
    provider: Option<Injected>,
    pub(crate) pull: PullPlan,
    environment: Environment,
}

impl TelemetryBuilder {
    pub(crate) fn new(service: String, environment: Environment) -> Self {
        Self {
            service,
            attributes: Vec::new(),
            provider: None,
            pull: PullPlan::default(),
            environment,
        }
    }

    /// The version of the service: `service.version` of its resource.
    pub fn version(self, version: impl Into<Value>) -> Self {
        self.attribute("service.version", version)
    }

    /// An attribute of the resource, such as `deployment.environment.name`; it is stronger than
    /// one of the same key in `OTEL_RESOURCE_ATTRIBUTES`.
    pub fn attribute(mut self, key: impl Into<Key>, value: impl Into<Value>) -> Self {
        self.attributes.push(KeyValue::new(key, value));
        self
    }

    /// Measures with the meters of `provider` instead of a provider of our own.
    ///
    /// Whoever made it configures its resource and its readers, and shuts it down. It must
    /// implement bound instruments, as that of `opentelemetry_sdk` does: what is recorded through
    /// any other is lost.
    pub fn meter_provider(mut self, provider: impl MeterProvider + Send + Sync + 'static) -> Self {
        self.provider = Some(Injected(Arc::new(provider)));
        self
    }

    /// Builds the telemetry, and makes its provider OpenTelemetry's global one, for
    /// instrumentation that asks for that.
    ///
    /// # Errors
    ///
    /// [`InstallError`] says what of the configuration cannot be, or that telemetry was installed
    /// in this process before. Nothing is installed then.
    pub fn install(self) -> Result<Telemetry, InstallError> {
        static INSTALLED: AtomicBool = AtomicBool::new(false);

        if INSTALLED.swap(true, Ordering::AcqRel) {
            return Err(InstallError::AlreadyInstalled);
        }
        match self.build() {
            Ok(telemetry) => {
                telemetry.provider.set_global();
                Ok(telemetry)
            }
            Err(error) => {
                INSTALLED.store(false, Ordering::Release);
                Err(error)
            }
        }
    }

    /// Builds the telemetry and touches nothing global: for tests, and for several in a process.
    ///
    /// # Errors
    ///
    /// [`InstallError`] says what of the configuration cannot be.
    pub fn build(self) -> Result<Telemetry, InstallError> {
        if self.service.trim().is_empty() {
            return Err(InstallError::EmptyServiceName);
        }
        let (provider, pull) = if let Some(injected) = self.provider {
            (Provider::Injected(injected), self.pull.carry_out_beside_injected()?)
        } else {
            let pull = self.pull.carry_out()?;
            let resource = resource::of(self.service, self.attributes, &self.environment);
            let sdk = pull.attach(SdkMeterProvider::builder().with_resource(resource));
            (Provider::own(sdk.build()), pull)
        };
        let environment = self.environment;
        Ok(Telemetry { provider, pull, environment, handouts: Handouts::default() })
    }
}

impl fmt::Debug for TelemetryBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TelemetryBuilder")
            .field("service", &self.service)
            .field("attributes", &self.attributes)
            .finish_non_exhaustive()
    }
}
