//! The telemetry of a service before it is built.

pub(crate) mod basis;
pub(crate) mod injected;

use std::fmt;

use kymo_core::ExemplarFilter;
use opentelemetry::{Key, KeyValue, Value};
use opentelemetry_sdk::metrics::{SdkMeterProvider, reader::MetricReader};

use self::basis::Basis;
use crate::{
    InstallError, Telemetry,
    configuration::{Description, Exporters, environment::Environment},
    exporters::{
        exporter::Reads,
        plan::{Plans, Start},
        reader::Readers,
    },
    lifecycle::{
        installed::{self, Installable},
        provider::Provider,
    },
    objective::Promised,
    resource,
    view::ShapePlan,
};

/// Finds attributes of the resource.
pub(crate) type Detector = fn(&Environment) -> Vec<KeyValue>;

/// The telemetry of a service before it is installed.
#[must_use = "nothing is measured before `install()` or `build()`"]
pub struct TelemetryBuilder {
    pub(crate) basis: Basis,
    service: String,
    attributes: Vec<KeyValue>,
    pub(crate) plans: Plans,
    pub(crate) shape: ShapePlan,
    pub(crate) promised: Promised,
    pub(crate) detectors: Vec<Detector>,
    readers: Readers,
}

impl TelemetryBuilder {
    pub(crate) fn new(service: String) -> Self {
        Self {
            basis: Basis::default(),
            service,
            attributes: Vec::new(),
            plans: crate::exporters(),
            shape: ShapePlan::default(),
            promised: Promised::default(),
            detectors: Vec::new(),
            readers: Readers::default(),
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

    /// Reads `variables` instead of those of the process: for tests, and for programs that keep
    /// their settings in a file.
    pub fn environment<N, V>(mut self, variables: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<String>,
        V: Into<String>,
    {
        self.basis.set_environment(variables);
        self
    }

    /// Lets `reader` read the metrics too, beside every exporter: an OpenTelemetry reader of the
    /// application's own. May be called more than once.
    ///
    /// Each reader has aggregates of its own, so every one costs what it costs to record.
    /// [`Telemetry::flush`] flushes it, and [`Telemetry::shutdown`] shuts it down.
    ///
    /// The trait is that of `opentelemetry_sdk` with its feature
    /// `experimental_metrics_custom_reader`.
    pub fn reader(mut self, reader: impl MetricReader) -> Self {
        self.readers.add(reader);
        self
    }

    /// Keeps the observations that `filter` lets in as exemplars: those in a sampled trace, unless this or
    /// `OTEL_METRICS_EXEMPLAR_FILTER` says otherwise.
    ///
    /// The trace is that of OpenTelemetry's current context, or else that which the header `traceparent` of the
    /// request names that is served. Counters and histograms have exemplars, one for each bucket, of the
    /// slowest lately, or of one that failed. They go out by scrapes whose format has them, and by OTLP.
    /// `docs/exemplars.md` of the repository says more.
    pub fn exemplar_filter(mut self, filter: ExemplarFilter) -> Self {
        self.basis.exemplar_filter = Some(filter);
        self
    }

    /// Lets exemplars be without the attributes that a [`View`](crate::View) dropped, which a scrape and a push show
    /// beside the trace otherwise: for what is dropped because nobody may see it.
    ///
    /// It is stronger than `KYMO_EXEMPLAR_DROPPED_ATTRIBUTES`.
    pub fn without_dropped_attributes(mut self) -> Self {
        self.basis.dropped_attributes = Some(false);
        self
    }

    /// Builds the telemetry, and makes its provider OpenTelemetry's global one, for
    /// instrumentation that asks for that.
    ///
    /// Settings of the environment that have no effect are reported through `tracing`: set a subscriber
    /// first. Without one, the reports go to standard error.
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
        if self.service.trim().is_empty() {
            return Err(InstallError::EmptyServiceName);
        }
        let mut description = Description::default();
        let (environment, is_disabled) = self.basis.read(&mut description)?;
        let mut start = Start {
            asked: Exporters::of(&environment),
            is_disabled,
            is_pulled: false,
            is_injected: false,
            shape: self.shape,
            environment: &environment,
            description: &mut description,
        };
        self.plans.prepare(&mut start)?;
        let mut shape = std::mem::take(&mut start.shape);
        self.promised.shape(&mut shape, start.description)?;
        let shapes = shape.carry_out(environment.file_only(), start.description)?;
        let exporters = self.plans.start(&mut start)?;
        let exemplars =
            self.basis.exemplars(&exporters, &environment, &mut description, is_disabled);
        let detected = self.detectors.iter().flat_map(|find| find(&environment)).collect();
        let resource =
            resource::of(self.service, detected, self.attributes, &environment, &mut description);
        let rules = self.promised.tell(&shapes, &resource)?;
        self.basis.steps.extend(rules.map(|step| ("objectives", step)));
        let sdk = shapes.attach(SdkMeterProvider::builder().with_resource(resource));
        let sdk = exporters.iter().fold(sdk, |sdk, exporter| exporter.attach(sdk));
        let sdk = self.readers.attach(sdk).build();
        // Where nobody reads, the SDK sets nothing aside, and there is nothing to put off.
        let all = |reads| exporters.iter().filter(|it| it.reads() == reads).count();
        let are_known =
            self.readers.is_empty() && all(Reads::Alone) == 0 && all(Reads::AfterCallbacks) > 0;
        let provider = Provider::own(sdk, shapes, exemplars, are_known, is_disabled);
        for exporter in &exporters {
            exporter.measure(provider.meters());
        }
        Ok(self.basis.finish(provider, exporters, self.readers, environment, description))
    }
}

impl Installable for TelemetryBuilder {
    fn basis(&mut self) -> &mut Basis {
        &mut self.basis
    }

    fn build(self) -> Result<Telemetry, InstallError> {
        TelemetryBuilder::build(self)
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

#[cfg(test)]
mod tests {
    use kymo_core::Exemplars;
    use opentelemetry_sdk::metrics::MeterProviderBuilder;

    use super::*;
    use crate::{
        exporters::{exporter::Exporter, plan::Plan},
        view::Callbacks,
    };

    /// An exporter that shows exemplars, or does not.
    struct Shows(bool);

    impl Plan for Shows {
        fn known(&self) -> Exporters {
            Exporters::default()
        }

        fn prepare(&mut self, _: &mut Start<'_>) -> Result<(), InstallError> {
            Ok(())
        }

        fn start(self: Box<Self>, _: &mut Start<'_>) -> Result<Box<dyn Exporter>, InstallError> {
            Ok(self)
        }
    }

    impl Exporter for Shows {
        fn attach(&self, provider: MeterProviderBuilder) -> MeterProviderBuilder {
            provider
        }

        fn prepare(&self, _: &Callbacks) {}

        fn reads(&self) -> Reads {
            Reads::Never
        }

        fn shows_exemplars(&self) -> bool {
            self.0
        }

        fn show(&self, _: &Exemplars) {}
    }

    #[test]
    fn exemplars_are_kept_where_an_exporter_shows_them_and_nowhere_else() {
        let keeps = |plans| {
            let builder = Telemetry::for_service("shop").environment([("", "")]);
            let telemetry = TelemetryBuilder { plans, ..builder }.build().unwrap();
            telemetry.provider.exemplars().is_some()
        };
        assert!(!keeps(Plans::default()) && !keeps(Plans::default().with(Shows(false))));
        assert!(keeps(Plans::default().with(Shows(false)).with(Shows(true))));
    }

    #[test]
    fn an_exporter_that_is_lacking_is_reported_with_the_feature_that_brings_it() {
        for (exporter, feature) in
            [("otlp", "otlp"), ("console", "otlp"), ("prometheus", "prometheus")]
        {
            let builder = Telemetry::for_service("shop");
            let builder = builder.environment([("OTEL_METRICS_EXPORTER", exporter)]);
            let builder = TelemetryBuilder { plans: Plans::default(), ..builder };
            let ignored = builder.build().unwrap().describe().ignored().join(" ");
            assert!(ignored.contains("OTEL_METRICS_EXPORTER asks for"), "{exporter}: {ignored}");
            let remedy = format!("build it with kymo's feature `{feature}`");
            assert!(ignored.contains(&remedy), "{exporter}: {ignored}");
        }
    }
}
