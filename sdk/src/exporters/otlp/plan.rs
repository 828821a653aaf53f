//! The push exporters that a telemetry will have, and those that it has.

use std::{future::Future, time::Duration};

use opentelemetry::metrics::MeterProvider;
use opentelemetry_sdk::metrics::MeterProviderBuilder;

use super::{Otlp, resolve::Resolved, variables};
use crate::{
    FlushError, InstallError, View,
    configuration::{
        Description, Exporters, Origin,
        environment::{Environment, one_of},
    },
    view::ShapePlan,
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

impl PushPlan {
    /// The exporters for a provider of our own: those of the program, and those that the
    /// environment asks for; none at all if telemetry is disabled.
    pub(crate) fn carry_out(
        self,
        exporters: Option<Exporters>,
        disabled: bool,
        environment: &Environment,
        description: &mut Description,
    ) -> Result<Push, InstallError> {
        let mut pushes = Vec::new();
        if disabled {
            return Ok(Push(pushes));
        }
        let (otlp, origin) = match self.otlp {
            Some(otlp) => (Some(otlp), Origin::Code),
            None => asked_for_otlp(exporters, environment),
        };
        description.add("otlp", if otlp.is_some() { "on" } else { "off" }, origin);
        if let Some(otlp) = otlp {
            if let Some(method) = otlp.zero() {
                return Err(InstallError::ZeroDuration { method });
            }
            let (push, resolved) = start(&otlp, environment)?;
            resolved.describe(description);
            pushes.push(push);
        }
        let asked = exporters.is_some_and(|exporters| exporters.console);
        if self.console || asked {
            let origin =
                if self.console { Origin::Code } else { environment.origin(Exporters::VARIABLE) };
            description.add("console", "on", origin);
            let console = Otlp::new().resolve_console(environment);
            pushes.push(kymo_push::Push::console(console.schedule()).map_err(InstallError::Push)?);
            for (name, setting) in console.schedule_settings() {
                description.note(&format!("console.{name}"), setting, |time| format!("{time:?}"));
            }
        }
        Ok(Push(pushes))
    }

    /// Lets histograms be exponential, if the environment asks for that and nobody scrapes: the SDK
    /// aggregates once for all readers.
    pub(crate) fn shape(environment: &Environment, is_pulled: bool, shape: &mut ShapePlan) {
        let Some(found) = environment.find(&variables::HISTOGRAMS, is_exponential) else { return };
        if found.value && is_pulled {
            let origin = found.origin;
            let message = format!(
                "{origin} is ignored: a scrape cannot carry exponential histograms; \
                 give single metrics a `View` with `exponential_buckets()` instead"
            );
            environment.warn(&message, &message);
        } else if found.value {
            let view = View::new().exponential_buckets();
            shape.add_weakest("*", view, found.origin);
        }
    }

    pub(crate) fn carry_out_beside_injected(self) -> Result<Push, InstallError> {
        if self.otlp.is_some() || self.console {
            return Err(InstallError::PushBesideInjectedProvider);
        }
        Ok(Push::default())
    }
}

impl Push {
    /// Lets the exporters read from `provider`.
    pub(crate) fn attach(&self, provider: MeterProviderBuilder) -> MeterProviderBuilder {
        self.0.iter().fold(provider, |provider, push| provider.with_reader(push.reader()))
    }

    /// Measures the exporters themselves.
    pub(crate) fn measure(&self, meters: &dyn MeterProvider) {
        for push in &self.0 {
            push.measure(meters);
        }
    }

    pub(crate) async fn flush(&self, timeout: Duration) -> Result<(), FlushError> {
        // All are asked before the first is awaited.
        all(self.0.iter().map(|push| push.flush_async(timeout)).collect()).await
    }

    pub(crate) async fn stop(&self, timeout: Duration) -> Result<(), FlushError> {
        all(self.0.iter().map(|push| push.stop_async(timeout)).collect()).await
    }

    pub(crate) fn flush_blocking(&self, timeout: Duration) -> Result<(), FlushError> {
        let waits: Vec<_> = self.0.iter().map(|push| push.begin_flush(timeout)).collect();
        failures(waits.into_iter().map(|wait| wait()).collect())
    }

    pub(crate) fn stop_blocking(&self, timeout: Duration) -> Result<(), FlushError> {
        let waits: Vec<_> = self.0.iter().map(|push| push.begin_stop(timeout)).collect();
        failures(waits.into_iter().map(|wait| wait()).collect())
    }

    /// Tells a failure on standard error where nobody listens to `tracing`.
    pub(crate) fn report_to_stderr(&self) {
        for push in &self.0 {
            push.report_to_stderr();
        }
    }

    /// Asks for a push soon, and waits for nothing.
    pub(crate) fn nudge(&self) {
        for push in &self.0 {
            push.nudge();
        }
    }
}

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

/// Starts to push; what a variable says and cannot be is reported and counts as unset.
fn start(
    otlp: &Otlp,
    environment: &Environment,
) -> Result<(kymo_push::Push, Resolved), InstallError> {
    let mut environment = environment.clone();
    loop {
        let resolved = otlp.resolve(&environment);
        match kymo_push::Push::otlp(&resolved.destination(), resolved.schedule()) {
            Ok(push) => return Ok((push, resolved)),
            Err(error) => match resolved.blame(&error) {
                Some(Origin::Environment(variable)) => {
                    environment.warn(variable, &format!("{variable} is ignored: {error}"));
                    environment = environment.without(variable);
                }
                Some(Origin::File(key)) => {
                    return Err(environment.file_only().mistake(key, error).into());
                }
                _ => return Err(error.into()),
            },
        }
    }
}

async fn all(
    results: Vec<impl Future<Output = Result<(), kymo_push::FlushError>>>,
) -> Result<(), FlushError> {
    let mut known = Vec::new();
    for result in results {
        known.push(result.await);
    }
    failures(known)
}

fn failures(results: Vec<Result<(), kymo_push::FlushError>>) -> Result<(), FlushError> {
    FlushError::of(results.into_iter().map(|result| {
        result.map_err(|error| {
            let is_timeout = matches!(error, kymo_push::FlushError::Timeout { .. });
            FlushError::new(&error, is_timeout)
        })
    }))
}
