//! Keys of attributes.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, Rule, name};
use crate::metric::{Kind, Metric};

/// The attribute that stands for all others when a metric has more series than the SDK allows.
const OVERFLOW: &str = "otel.metric.overflow";

/// Keys whose values are known to be without bound.
const BOUNDLESS: &[&str] = &[
    "client.address",
    "client.port",
    "db.query.text",
    "enduser.id",
    "exception.message",
    "exception.stacktrace",
    "http.request.header",
    "network.peer.port",
    "session.id",
    "source.address",
    "span_id",
    "thread.id",
    "trace_id",
    "url.full",
    "url.path",
    "url.query",
    "user.email",
    "user.id",
    "user_agent.original",
];

pub(super) fn findings(metric: &Metric) -> Vec<Finding> {
    let keys = metric.series.iter().flat_map(|series| series.attributes.iter());
    let keys: BTreeSet<_> = keys.map(|(key, _)| key).collect();
    let keys: Vec<_> = keys.into_iter().collect();
    of_keys(&metric.name, metric.kind, &keys)
}

/// Finds faults in the attribute keys of one metric.
pub(super) fn of_keys(metric: &str, kind: Kind, keys: &[&str]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut labels: BTreeMap<String, &str> = BTreeMap::new();
    for &key in keys {
        if key == OVERFLOW {
            let remedy = "it has more series than its limit, and the rest lost their attributes; \
                          bound the values, or raise the limit with a view";
            findings.push(Finding::new(metric, Rule::Unbounded, remedy));
            continue;
        }
        if BOUNDLESS.contains(&key) {
            let remedy = format!("the values of `{key}` have no bound; leave it out of metrics");
            findings.push(Finding::new(metric, Rule::Unbounded, remedy));
        }
        findings.extend(
            objection(kind, key).map(|remedy| Finding::new(metric, Rule::AttributeKey, remedy)),
        );
        let label = key.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        if let Some(other) = labels.insert(label.clone(), key) {
            let remedy =
                format!("`{other}` and `{key}` are both `{label}` in Prometheus; rename one");
            findings.push(Finding::new(metric, Rule::AttributeKey, remedy));
        }
    }
    findings
}

fn objection(kind: Kind, key: &str) -> Option<String> {
    let of_histogram = matches!(kind, Kind::Histogram | Kind::ExponentialHistogram);
    if !name::is_name(key) {
        Some(format!(
            "the attribute `{key}` is not lower-case words joined by dots and underscores; call it \
             `{}`",
            name::conventional(key)
        ))
    } else if ["job", "instance"].contains(&key)
        || of_histogram && ["le", "quantile"].contains(&key)
    {
        Some(format!("the attribute `{key}` is a label that Prometheus sets itself; rename it"))
    } else {
        None
    }
}
