//! What a telemetry is made from whose meters the program provides.

use std::{fmt, sync::Arc};

use opentelemetry::metrics::MeterProvider;

use super::basis::Basis;
use crate::{
    InstallError, Telemetry,
    configuration::{Description, Exporters, Origin},
    exporters::{exporter::Exporter, reader::Readers},
    lifecycle::{
        installed,
        provider::{Injected, Provider},
    },
};

/// The telemetry of a program that brings a meter provider of its own, before it is installed.
///
/// Whoever made the provider configures its resource, its readers and its views, and shuts it down; so
/// there is no method for any of these here.
#[must_use = "nothing is measured before `install()` or `build()`"]
pub struct InjectedBuilder {
    pub(crate) basis: Basis,
    provider: Injected,
    pub(crate) exporters: Vec<Box<dyn Exporter>>,
}

impl InjectedBuilder {
    pub(crate) fn new(provider: impl MeterProvider + Send + Sync + 'static) -> Self {
        Self { basis: Basis::default(), provider: Arc::new(provider), exporters: Vec::new() }
    }

    /// As [`TelemetryBuilder::environment`](crate::TelemetryBuilder::environment).
    pub fn environment<N, V>(mut self, variables: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<String>,
        V: Into<String>,
    {
        self.basis.set_environment(variables);
        self
    }

    /// As [`TelemetryBuilder::install`](crate::TelemetryBuilder::install): the provider that was
    /// brought becomes OpenTelemetry's global one.
    ///
    /// # Errors
    ///
    /// [`InstallError`] says what of the configuration cannot be, or that telemetry was installed
    /// in this process before. Nothing is installed then.
    pub fn install(self) -> Result<Telemetry, InstallError> {
        let environment = self.basis.environment.clone();
        installed::install(environment, |environment| {
            let mut builder = self;
            builder.basis.environment = Some(environment);
            builder.build()
        })
    }

    /// Builds the telemetry and touches nothing global: for tests, and for several in a process.
    ///
    /// # Errors
    ///
    /// [`InstallError`] says what of the configuration cannot be.
    pub fn build(mut self) -> Result<Telemetry, InstallError> {
        let mut description = Description::default();
        let (environment, is_disabled) = self.basis.read(&mut description)?;
        description.add("meter.provider", "injected", Origin::Code);
        Exporters::report_beside_injected(&environment, !self.exporters.is_empty());
        let provider = Provider::injected(self.provider, is_disabled);
        let readers = Readers::default();
        Ok(self.basis.finish(provider, self.exporters, readers, environment, description))
    }
}

impl fmt::Debug for InjectedBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InjectedBuilder").finish_non_exhaustive()
    }
}
