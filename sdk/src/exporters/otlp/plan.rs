//! The push exporters that a telemetry will have, and those that it has.

use std::{future::Future, time::Duration};

use kymo_core::Exemplars;
use opentelemetry::metrics::MeterProvider;
use opentelemetry_sdk::metrics::MeterProviderBuilder;

use super::{Otlp, beginning, variables};
use crate::{
    FlushError, InstallError, View,
    configuration::{
        Exporters, Origin,
        environment::{Environment, one_of},
    },
    exporters::{
        exporter::{Answer, Exporter, Reads, Wait},
        plan::{Plan, Start},
    },
    view::Callbacks,
};

/// The push exporters a telemetry will have.
#[derive(Default)]
pub(crate) struct PushPlan {
    pub(super) otlp: Option<Otlp>,
    pub(super) console: bool,
}

/// The push exporters a telemetry has.
#[derive(Default)]
pub(crate) struct Push(Vec<kymo_push::Push>);

impl Plan for PushPlan {
    fn known(&self) -> Exporters {
        Exporters { otlp: true, console: true, prometheus: false }
    }

    /// Lets histograms be exponential, if the environment asks for that and nobody scrapes: the SDK
    /// aggregates once for all readers.
    fn prepare(&mut self, start: &mut Start<'_>) -> Result<(), InstallError> {
        let asks = |environment: &Environment| {
            let found = environment.find(&variables::HISTOGRAMS, is_exponential);
            found.filter(|found| found.value).map(|found| found.origin)
        };
        let further = start.environment.further();
        let further = || further.iter().find_map(|(_, environment)| asks(environment));
        let Some(origin) = asks(start.environment).or_else(further) else {
            return Ok(());
        };
        if start.is_pulled {
            let message = format!(
                "{origin} is ignored: it would change the buckets of what is scraped, too; \
                 give metrics a `View` with `exponential_buckets()` instead"
            );
            start.environment.warn(&message, &message);
        } else {
            start.shape.add_weakest(View::new().exponential_buckets(), origin);
        }
        Ok(())
    }

    /// The exporters of the program, and those that the environment asks for; none at all if
    /// telemetry is disabled.
    fn start(self: Box<Self>, start: &mut Start<'_>) -> Result<Box<dyn Exporter>, InstallError> {
        let mut pushes = Vec::new();
        let Start { asked, environment, description, .. } = start;
        if start.is_disabled {
            description.add("otlp", "off", environment.origin("OTEL_SDK_DISABLED"));
            return Ok(Box::new(Push(pushes)));
        }
        let (otlp, origin) = match self.otlp {
            Some(otlp) => (Some(otlp), Origin::Code),
            None => asked_for_otlp(*asked, environment),
        };
        if let Some(method) = otlp.as_ref().and_then(Otlp::zero) {
            return Err(InstallError::ZeroDuration { method });
        }
        match otlp {
            Some(otlp) => {
                pushes.extend(beginning::otlp("otlp", &otlp, origin, environment, description)?);
            }
            None => description.add("otlp", "off", origin),
        }
        let is_asked = asked.is_some_and(|exporters| exporters.console);
        if self.console || is_asked {
            let origin =
                if self.console { Origin::Code } else { environment.origin(Exporters::VARIABLE) };
            pushes.extend(beginning::console("console", origin, environment, description)?);
        }
        // Whoever is the first of its kind is there already.
        let mut numbers = [0, 0];
        for (is_console, environment) in environment.further() {
            let number = &mut numbers[usize::from(is_console)];
            *number += 1;
            let (name, origin) = (|kind| format!("{kind}[{number}]"), Origin::File(READERS));
            pushes.extend(if is_console {
                beginning::console(&name("console"), origin, &environment, description)?
            } else {
                beginning::otlp(&name("otlp"), &Otlp::new(), origin, &environment, description)?
            });
        }
        Ok(Box::new(Push(pushes)))
    }
}

impl Exporter for Push {
    fn attach(&self, provider: MeterProviderBuilder) -> MeterProviderBuilder {
        self.0.iter().fold(provider, |provider, push| provider.with_reader(push.reader()))
    }

    fn prepare(&self, callbacks: &Callbacks) {
        for push in &self.0 {
            let callbacks = callbacks.clone();
            push.read_within(move |deadline, read| callbacks.read(deadline, read));
        }
    }

    fn reads(&self) -> Reads {
        if self.0.is_empty() { Reads::Never } else { Reads::AfterCallbacks }
    }

    fn shows_exemplars(&self) -> bool {
        self.0.iter().any(kymo_push::Push::shows_exemplars)
    }

    fn show(&self, exemplars: &Exemplars) {
        for push in &self.0 {
            push.show_exemplars(exemplars.clone());
        }
    }

    fn measure(&self, meters: &dyn MeterProvider) {
        for push in &self.0 {
            push.measure(meters);
        }
    }

    fn flush(&self, timeout: Duration) -> Vec<Answer> {
        self.0.iter().map(|push| answer(push.flush_async(timeout))).collect()
    }

    fn begin_flush(&self, timeout: Duration) -> Vec<Wait> {
        self.0.iter().map(|push| wait(push.begin_flush(timeout))).collect()
    }

    fn stop(&self, timeout: Duration) -> Vec<Answer> {
        self.0.iter().map(|push| answer(push.stop_async(timeout))).collect()
    }

    fn begin_stop(&self, timeout: Duration) -> Vec<Wait> {
        self.0.iter().map(|push| wait(push.begin_stop(timeout))).collect()
    }

    fn report_to_stderr(&self) {
        for push in &self.0 {
            push.report_to_stderr();
        }
    }

    fn nudge(&self) {
        for push in &self.0 {
            push.nudge();
        }
    }
}

/// The answer of a push, as a telemetry gives it.
fn answer(
    answer: impl Future<Output = Result<(), kymo_push::FlushError>> + Send + 'static,
) -> Answer {
    Box::pin(async { answer.await.map_err(|error| failed(&error)) })
}

fn wait(wait: impl FnOnce() -> Result<(), kymo_push::FlushError> + 'static) -> Wait {
    Box::new(|| wait().map_err(|error| failed(&error)))
}

fn failed(error: &kymo_push::FlushError) -> FlushError {
    FlushError::new(error, matches!(error, kymo_push::FlushError::Timeout { .. }))
}

/// Reads the aggregation of histograms.
fn is_exponential(aggregation: &str) -> Result<bool, String> {
    let known =
        [("explicit_bucket_histogram", false), ("base2_exponential_bucket_histogram", true)];
    one_of(aggregation, &known)
}

/// Whether the environment asks for OTLP: by name, or, if it names no exporter, by an endpoint.
fn asked_for_otlp(
    exporters: Option<Exporters>,
    environment: &Environment,
) -> (Option<Otlp>, Origin) {
    if let Some(exporters) = exporters {
        let otlp = exporters.otlp.then(Otlp::new);
        return (otlp, environment.origin(Exporters::VARIABLE));
    }
    let endpoints = [variables::METRICS_ENDPOINT, variables::ENDPOINT];
    match endpoints.into_iter().find(|endpoint| environment.text(endpoint).is_some()) {
        Some(endpoint) => (Some(Otlp::new()), Origin::Environment(endpoint)),
        None => (None, Origin::Default),
    }
}

/// The key that asks for readers.
const READERS: &str = "meter_provider.readers[]";
