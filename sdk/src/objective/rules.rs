//! The rules that watch over objectives.

use std::fmt;

use kymo_bridge::{Translation, Translator};
use kymo_core::MetricKind;

use super::{
    Objective,
    bound::seconds,
    burn::{URGENCIES, Urgency, WINDOWS},
    queries::{Queries, Whose},
};

/// The rules for Prometheus that watch over the objectives of a service; printed, they are YAML.
///
/// For each objective they record the share of requests that broke it, over windows from five minutes to
/// three days, and alert by the speed at which that uses up the error budget: a `page` where 2 % of the
/// budget of 30 days went in an hour or 5 % in six hours, and a `ticket` where 10 % went in one day or in three. A
/// short window beside each long one ends the alert soon after its cause.
///
/// The series are those of the instances whose `target_info` names the service, whatever the job is called
/// that scrapes them. Where the page has no `target_info`, or metrics are only pushed, they are those of the
/// job that is called like the service; [`Rules::of_job`] says another.
#[derive(Debug, Clone)]
pub struct Rules {
    told: Told,
    translator: Translator,
    /// Absent where they are told by their resource.
    job: Option<String>,
}

/// All that rules say of a service, by the names of OpenTelemetry, after its views.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    pub(super) service: String,
    pub(super) namespace: Option<String>,
    pub(super) metric: String,
    pub(super) unit: &'static str,
    pub(super) kind: Option<MetricKind>,
    pub(super) route: String,
    pub(super) error: String,
    pub(super) objectives: Vec<Objective>,
}

/// One of the promises of an objective.
struct Promise<'a> {
    objective: &'a Objective,
    kind: &'static str,
    ratio: f64,
    /// How a request breaks it.
    broken: String,
    /// The share of requests that broke it in a window.
    share: Box<dyn Fn(&str) -> String + 'a>,
}

impl Rules {
    /// The rules for a service whose page, if it has one, has these names.
    pub(super) fn new(told: Told, page: Option<Translator>) -> Self {
        let has_page = page.is_some();
        let translator = page.unwrap_or_else(usual_names);
        let is_told = has_page && translator.target_info().is_some();
        let pushed_as = match &told.namespace {
            Some(namespace) if !has_page => format!("{namespace}/{}", told.service),
            _ => told.service.clone(),
        };
        Self { told, translator, job: (!is_told).then_some(pushed_as) }
    }

    /// The same for the series of the job `name`, as Prometheus is configured, instead of those of the
    /// service that `target_info` names.
    pub fn of_job(self, name: impl Into<String>) -> Self {
        Self { job: Some(name.into()), ..self }
    }

    fn queries(&self) -> Queries {
        let Told { service, metric, unit, kind, route, error, .. } = &self.told;
        let whose = match (&self.job, self.translator.target_info()) {
            (None, Some(family)) => Whose::Resource {
                family: family.to_owned(),
                label: self.translator.label("service.name"),
                service: service.clone(),
            },
            (job, _) => Whose::Job(job.as_ref().unwrap_or(service).clone()),
        };
        let kind = kind.unwrap_or(MetricKind::Histogram { buckets: &[] });
        Queries {
            family: self.translator.family(metric, unit, kind),
            route: self.translator.label(route),
            error: self.translator.label(error),
            whose,
        }
    }
}

impl fmt::Display for Rules {
    /// Writes the rules as YAML.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "# The objectives of {}: made by kymo, of what its code says.",
            self.told.service.escape_default()
        )?;
        if self.told.objectives.is_empty() {
            return writeln!(f, "groups: []");
        }
        let queries = self.queries();
        writeln!(f, "groups:")?;
        for objective in &self.told.objectives {
            let name = format!("kymo objectives: {} {}", self.told.service, objective.shown());
            writeln!(f, "  - name: {}\n    rules:", scalar(&name))?;
            let promises = promises(objective, &queries);
            promises.iter().try_for_each(|promise| self.records(f, promise))?;
            promises.iter().try_for_each(|promise| self.alerts(f, promise))?;
        }
        Ok(())
    }
}

impl Rules {
    /// Writes the share of requests that broke a promise, over each window.
    fn records(&self, f: &mut fmt::Formatter<'_>, promise: &Promise<'_>) -> fmt::Result {
        for window in WINDOWS {
            writeln!(f, "      - record: {RECORDED}{window}\n        expr: |-")?;
            for line in (promise.share)(window).lines() {
                writeln!(f, "          {line}")?;
            }
            writeln!(f, "        labels:")?;
            writeln!(f, "          service: {}", scalar(&self.told.service))?;
            writeln!(f, "          route: {}", scalar(promise.objective.shown()))?;
            writeln!(f, "          objective: {}", promise.kind)?;
        }
        Ok(())
    }

    /// Writes an alert for each urgency that failures can reach.
    fn alerts(&self, f: &mut fmt::Formatter<'_>, promise: &Promise<'_>) -> fmt::Result {
        let labels = [
            ("service", self.told.service.as_str()),
            ("route", promise.objective.shown()),
            ("objective", promise.kind),
        ];
        let labels = labels.map(|(name, value)| format!("{name}={}", scalar(value))).join(",");
        for Urgency { severity, burns, meaning } in URGENCIES {
            let burning = burns.iter().filter_map(|burn| {
                let threshold = rounded(burn.threshold(1.0 - promise.ratio)?);
                let over = |window| format!("{RECORDED}{window}{{{labels}}} > {threshold}");
                Some(format!("(\n  {}\n  and\n  {}\n)", over(burn.long), over(burn.short)))
            });
            let burning: Vec<_> = burning.collect();
            if burning.is_empty() {
                continue;
            }
            writeln!(f, "      - alert: {ALERT}\n        expr: |-")?;
            for line in burning.join("\nor\n").lines() {
                writeln!(f, "          {line}")?;
            }
            writeln!(f, "        labels:\n          severity: {severity}\n        annotations:")?;
            let summary = format!(
                "{}, {}: too many requests {}",
                self.told.service,
                promise.objective.shown(),
                promise.broken
            );
            writeln!(f, "          summary: {}", scalar(&templated(&summary)))?;
            let description = format!(
                "{{{{ $value | humanizePercentage }}}} of the requests {}; {} may. {meaning} First look \
                 at what was deployed last, then at which instance and which `error_type` it is.",
                templated(&promise.broken),
                percent(1.0 - promise.ratio),
            );
            writeln!(f, "          description: {}", scalar(&description))?;
        }
        Ok(())
    }
}

fn promises<'a>(objective: &'a Objective, queries: &'a Queries) -> Vec<Promise<'a>> {
    let ratio = objective.ratio.unwrap_or_default();
    let mut promises = vec![Promise {
        objective,
        kind: "availability",
        ratio: objective.availability.unwrap_or(ratio),
        broken: "fail".to_owned(),
        share: Box::new(|window| queries.failed(objective, window)),
    }];
    promises.extend(objective.within.map(|time| Promise {
        objective,
        kind: "latency",
        ratio,
        broken: format!("take longer than {time:?}"),
        share: Box::new(move |window| queries.slow(objective, seconds(time), window)),
    }));
    promises
}

/// The recorded share of requests that broke a promise, before its window.
const RECORDED: &str = "job:kymo_objective_broken:ratio_rate";

/// The names that a page has unless somebody says otherwise, as Prometheus has them of what is pushed.
pub(super) fn usual_names() -> Translator {
    Translator::new(Translation::default())
}

/// The name of all alerts: which they are, is in their labels.
const ALERT: &str = "KymoObjectiveBudgetBurns";

/// A text in quotes, as YAML and `PromQL` understand it.
fn scalar(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A text in which a template finds nothing of its own.
fn templated(text: &str) -> String {
    text.replace("{{", "{{ \"{{\" }}")
}

/// A threshold, without the noise of binary fractions.
fn rounded(number: f64) -> f64 {
    (number * 1e9).round() / 1e9
}

/// A share in percent, such as `0.5 %`.
fn percent(share: f64) -> String {
    format!("{} %", rounded(share * 100.0))
}
