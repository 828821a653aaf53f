//! The telemetry of a program that brings its own meter provider, before it is built.

use std::{fmt, sync::Arc};

use kymo_core::ExemplarFilter;
use opentelemetry::metrics::MeterProvider;

use super::basis::Basis;
use crate::{
    InstallError, Telemetry,
    configuration::{Description, Exporters, Origin, environment::Environment},
    exporters::{
        plan::{Plans, Start},
        reader::Readers,
    },
    lifecycle::{
        installed::{self, Installable},
        provider::{Injected, Provider},
    },
    view::ShapePlan,
};

/// The telemetry of a program that brings a meter provider of its own, before it is installed.
///
/// The program configures the resource, the readers and the views of its provider, and shuts it down; so
/// there is no method for any of these here.
#[must_use = "nothing is measured before `install()` or `build()`"]
pub struct InjectedBuilder {
    pub(crate) basis: Basis,
    provider: Injected,
    /// Of exporters that the provider has already.
    pub(crate) plans: Plans,
}

impl InjectedBuilder {
    pub(crate) fn new(provider: impl MeterProvider + Send + Sync + 'static) -> Self {
        Self { basis: Basis::default(), provider: Arc::new(provider), plans: Plans::default() }
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

    /// As [`TelemetryBuilder::exemplar_filter`](crate::TelemetryBuilder::exemplar_filter); the
    /// provider must call its metrics and their attributes what the instruments do.
    pub fn exemplar_filter(mut self, filter: ExemplarFilter) -> Self {
        self.basis.exemplar_filter = Some(filter);
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
        installed::install(self)
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
        let mut start = Start {
            // Whatever the environment asks for, no reader can be given to the provider any more.
            asked: None,
            is_disabled,
            is_pulled: false,
            is_injected: true,
            shape: ShapePlan::default(),
            environment: &environment,
            description: &mut description,
        };
        self.plans.prepare(&mut start)?;
        Exporters::report_beside_injected(&environment, start.is_pulled);
        report_of_file(&environment);
        let exporters = self.plans.start(&mut start)?;
        let exemplars =
            self.basis.exemplars(&exporters, &environment, &mut description, is_disabled);
        let provider = Provider::injected(self.provider, exemplars, is_disabled);
        for exporter in &exporters {
            exporter.measure(provider.meters());
        }
        let readers = Readers::default();
        Ok(self.basis.finish(provider, exporters, readers, environment, description))
    }
}

impl Installable for InjectedBuilder {
    fn basis(&mut self) -> &mut Basis {
        &mut self.basis
    }

    fn build(self) -> Result<Telemetry, InstallError> {
        InjectedBuilder::build(self)
    }
}

impl fmt::Debug for InjectedBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InjectedBuilder").finish_non_exhaustive()
    }
}

/// Reports what a configuration file says of a provider or a bridge, which the program made itself.
fn report_of_file(environment: &Environment) {
    let mut parts = environment.file_only().parts_of_provider();
    let list = environment.origin("OTEL_RESOURCE_ATTRIBUTES");
    if matches!(list, Origin::File(_)) && !parts.contains(&"the resource") {
        parts.insert(0, "the resource");
    }
    if !parts.is_empty() {
        let parts = parts.join(" and ");
        let message = format!(
            "what the configuration file says of {parts} is ignored: the program brings a meter \
             provider of its own, which must be told"
        );
        environment.warn("meter.provider", &message);
    }
}
