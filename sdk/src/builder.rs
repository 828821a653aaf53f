//! What the telemetry of a service is made from.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use opentelemetry::{Key, KeyValue, Value, metrics::MeterProvider};
use opentelemetry_sdk::metrics::{SdkMeterProvider, reader::MetricReader};

use crate::{
    Telemetry,
    configuration::{
        self, Description, Exporters, Origin, environment::Environment, file::FilePlan,
    },
    error::InstallError,
    exporters::{pull::PullPlan, push::PushPlan, reader::Readers},
    handouts::kept::Kept,
    lifecycle::{
        ending::Ending,
        provider::{Injected, Provider},
    },
    resource,
    view::ShapePlan,
};

/// What is to be done with a telemetry as soon as it is built.
pub(crate) type Step = Box<dyn FnOnce(&Telemetry) + Send + Sync>;

/// Finds attributes of the resource.
pub(crate) type Detector = fn(&Environment) -> Vec<KeyValue>;

/// The telemetry of a service before it is installed.
#[must_use = "nothing is measured before `install()` or `build()`"]
pub struct TelemetryBuilder {
    service: String,
    attributes: Vec<KeyValue>,
    provider: Option<Injected>,
    pub(crate) pull: PullPlan,
    pub(crate) push: PushPlan,
    pub(crate) shape: ShapePlan,
    /// By what each is for, so that each is done once.
    pub(crate) steps: BTreeMap<&'static str, Step>,
    pub(crate) detectors: Vec<Detector>,
    /// What measured things are attributes of; beside an injected provider they do without.
    pub(crate) entities: Vec<Detector>,
    readers: Readers,
    pub(crate) file: FilePlan,
    /// What is read instead of the variables of the process.
    environment: Option<Environment>,
}

impl TelemetryBuilder {
    pub(crate) fn new(service: String) -> Self {
        Self {
            service,
            attributes: Vec::new(),
            provider: None,
            pull: PullPlan::default(),
            push: PushPlan::default(),
            shape: ShapePlan::default(),
            steps: BTreeMap::new(),
            detectors: Vec::new(),
            entities: Vec::new(),
            readers: Readers::default(),
            file: FilePlan::default(),
            environment: None,
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
    /// Whoever made it configures its resource, its readers and its views, and shuts it down; what
    /// this builder is told of them makes building fail. It must implement bound instruments, as
    /// that of `opentelemetry_sdk` does: what is recorded through any other is lost.
    pub fn meter_provider(mut self, provider: impl MeterProvider + Send + Sync + 'static) -> Self {
        self.provider = Some(Arc::new(provider));
        self
    }

    /// Reads `variables` instead of those of the process: for tests, and for programs that keep
    /// their settings in a file.
    pub fn environment<N, V>(mut self, variables: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<String>,
        V: Into<String>,
    {
        let variables = variables.into_iter();
        let variables = variables.map(|(name, value)| (name.into(), value.into()));
        self.environment = Some(variables.collect());
        self
    }

    /// Forgets the variables of the process, and keeps those that were given.
    #[cfg(feature = "testing")]
    pub(crate) fn apart_from_process(mut self) -> Self {
        self.environment.get_or_insert_default();
        self
    }

    /// Lets `reader` read the metrics too, beside every exporter: an OpenTelemetry reader of the
    /// application's own. May be called more than once.
    ///
    /// Each reader has aggregates of its own, so every one costs what it costs to record.
    /// [`Telemetry::flush`] flushes it, and [`Telemetry::shutdown`] shuts it down.
    ///
    /// The trait is that of `opentelemetry_sdk` with its feature
    /// `experimental_metrics_custom_reader`. Beside [`TelemetryBuilder::meter_provider`] there is
    /// no provider to attach it to: building fails.
    pub fn reader(mut self, reader: impl MetricReader) -> Self {
        self.readers.add(reader);
        self
    }

    /// Builds the telemetry, and makes its provider OpenTelemetry's global one, for
    /// instrumentation that asks for that.
    ///
    /// What is ignored of the environment is reported through `tracing`: set a subscriber first. If
    /// there is none, it goes to standard error.
    ///
    /// # Errors
    ///
    /// [`InstallError`] says what of the configuration cannot be, or that telemetry was installed
    /// in this process before. Nothing is installed then.
    pub fn install(mut self) -> Result<Telemetry, InstallError> {
        static INSTALLED: AtomicBool = AtomicBool::new(false);

        if INSTALLED.swap(true, Ordering::AcqRel) {
            return Err(InstallError::AlreadyInstalled);
        }
        let environment = self.environment.take().unwrap_or_else(Environment::of_process);
        self.environment = Some(environment.clone());
        let built = self.build();
        environment.install();
        match built {
            Ok(telemetry) => {
                telemetry.provider.set_global();
                telemetry.keep_installed();
                telemetry.ending.install();
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
        let mut description = Description::default();
        let environment = self.environment.unwrap_or_else(Environment::of_process);
        let environment = self.file.carry_out(environment, &mut description)?;
        environment.report_inert();
        // Reported at the start, and not when the first layer is made.
        environment.known_methods();
        let disabled = configuration::disabled(&environment);
        let disabled = description.note("sdk.disabled", disabled, bool::to_string);

        let (provider, pull, push) = if let Some(injected) = self.provider {
            description.add("meter.provider", "injected", Origin::Code);
            self.shape.carry_out_beside_injected()?;
            self.readers.none_beside_injected()?;
            let pull = self.pull.carry_out_beside_injected()?;
            let push = self.push.carry_out_beside_injected()?;
            if !self.attributes.is_empty() || !self.detectors.is_empty() {
                return Err(InstallError::ResourceBesideInjectedProvider);
            }
            Exporters::report_beside_injected(&environment, pull.is_on());
            (Provider::injected(injected, disabled), pull, push)
        } else {
            let exporters = Exporters::of(&environment);
            let longest = self.shape.longest_value();
            let pull = self.pull.carry_out(exporters, longest, &environment, &mut description)?;
            let mut shape = self.shape;
            PushPlan::shape(&environment, pull.is_on(), &mut shape);
            let shapes = shape.carry_out(environment.file_only(), &mut description)?;
            let push = self.push.carry_out(exporters, disabled, &environment, &mut description)?;
            let finders = self.entities.iter().chain(&self.detectors);
            let detected = finders.flat_map(|find| find(&environment)).collect();
            let resource = resource::of(
                self.service,
                detected,
                self.attributes,
                &environment,
                &mut description,
            );
            let sdk = shapes.attach(SdkMeterProvider::builder().with_resource(resource));
            let provider = self.readers.attach(push.attach(pull.attach(sdk))).build();
            let provider = Provider::own(provider, shapes, disabled);
            push.measure(provider.meters());
            (provider, pull, push)
        };
        description.ignore(environment.reported());
        let telemetry = Telemetry {
            ending: Arc::new(Ending::new(push, self.readers)),
            provider,
            pull,
            environment,
            kept: Kept::default(),
            description: Arc::new(description),
        };
        for step in self.steps.into_values() {
            step(&telemetry);
        }
        Ok(telemetry)
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
