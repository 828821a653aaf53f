//! The registry of our metrics, as OpenTelemetry Weaver reads it.
//!
//! The conventions' own metrics are imported from their registry, and kymo's are defined: by these files
//! live-check knows both, and so does whoever generates documentation.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use kymo::{MetricKind, MetricSpec, key::AttributeKey};

/// The files of the folder `registry`: their names and texts.
pub fn files() -> [(&'static str, String); 2] {
    [("manifest.yaml", manifest()), ("kymo.yaml", definitions())]
}

/// Whether a metric or an attribute is of kymo, and not of the conventions.
pub fn is_ours(name: &str) -> bool {
    name.starts_with("kymo.")
}

/// The metrics of the conventions that kymo emits.
pub fn imported() -> BTreeSet<&'static str> {
    let names = kymo::declared_metrics().map(|metric| metric.name);
    // The names that clients of Prometheus have always used are nobody's convention.
    names.filter(|name| !is_ours(name) && name.contains('.')).collect()
}

const MADE: &str =
    "# Made from constants in the code by `cargo run -p integration-tests --bin registry`.\n";

fn manifest() -> String {
    let conventions = "https://opentelemetry.io/schemas/";
    let version = kymo::SCHEMA_URL.trim_start_matches(conventions);
    format!(
        "{MADE}description: The metrics of kymo, beside those of the semantic conventions that it emits.\n\
         # Where nothing is published yet, Weaver asks for a placeholder with a version.\n\
         schema_url: https://kymo.invalid/schemas/{}\n\
         dependencies:\n  - schema_url: {conventions}{version}\n    \
         registry_path: https://github.com/open-telemetry/semantic-conventions@v{version}[model]\n",
        env!("CARGO_PKG_VERSION"),
    )
}

fn definitions() -> String {
    let mut attributes: BTreeMap<&str, AttributeKey> = BTreeMap::new();
    let mut metrics: BTreeMap<&str, (MetricSpec, BTreeMap<&str, AttributeKey>)> = BTreeMap::new();
    for metric in kymo::declared_metrics().filter(|metric| is_ours(metric.name)) {
        let (_, keys) = metrics.entry(metric.name).or_insert((*metric, BTreeMap::new()));
        for key in metric.attributes {
            keys.entry(key.name).or_insert(*key);
            if is_ours(key.name) {
                attributes.entry(key.name).or_insert(*key);
            }
        }
    }
    let mut page = format!("{MADE}groups:\n");
    group(&mut page, "registry.kymo", "attribute_group", "Attributes of kymo's own metrics.");
    page.push_str("    attributes:\n");
    for key in attributes.values() {
        attribute(&mut page, key);
    }
    for (metric, keys) in metrics.values() {
        group(&mut page, &format!("metric.{}", metric.name), "metric", metric.description);
        let lines = [
            ("metric_name", metric.name),
            ("instrument", instrument(metric.kind)),
            ("unit", metric.unit),
            ("stability", "development"),
            ("note", metric.recorded),
        ];
        for (name, value) in
            lines.into_iter().filter(|(name, value)| *name == "unit" || !value.is_empty())
        {
            writeln!(page, "    {name}: {}", quoted(value)).expect("writing to a string");
        }
        if !keys.is_empty() {
            page.push_str("    attributes:\n");
        }
        for key in keys.values() {
            let (name, brief) = (quoted(key.name), quoted(key.description));
            writeln!(page, "      - ref: {name}\n        brief: {brief}")
                .expect("writing to a string");
        }
    }
    page.push_str("imports:\n  metrics:\n");
    for name in imported() {
        writeln!(page, "    - {}", quoted(name)).expect("writing to a string");
    }
    page
}

fn group(page: &mut String, id: &str, kind: &str, brief: &str) {
    let (id, brief) = (quoted(id), quoted(brief));
    writeln!(page, "  - id: {id}\n    type: {kind}\n    brief: {brief}")
        .expect("writing to a string");
}

/// An attribute of ours, whose values are texts, all of them.
fn attribute(page: &mut String, key: &AttributeKey) {
    let (name, brief) = (quoted(key.name), quoted(key.description));
    let examples: Vec<_> = examples(key).iter().map(|example| quoted(example)).collect();
    writeln!(
        page,
        "      - id: {name}\n        type: string\n        stability: development\n        brief: {brief}\n        \
         examples: [{}]",
        examples.join(", ")
    )
    .expect("writing to a string");
}

/// The values that its description has in code, or else one that a program may have chosen.
pub fn examples(key: &AttributeKey) -> Vec<String> {
    let code = key.description.split('`').skip(1).step_by(2);
    let is_value = |word: &&str| {
        !word.contains(['(', ' ', '.', '*'])
            && word.contains(char::is_alphabetic)
            && *word != "_OTHER"
    };
    let values = code.filter(is_value);
    let values: Vec<_> = values.map(str::to_owned).collect();
    let chosen =
        CHOSEN.iter().filter(|(name, _)| *name == key.name).map(|(_, value)| (*value).to_owned());
    if values.is_empty() { chosen.collect() } else { values }
}

/// Values that a program may have chosen, of attributes whose description has none.
const CHOSEN: &[(&str, &str)] = &[
    ("kymo.build.branch", "main"),
    ("kymo.build.revision", "4f1c2ab"),
    ("kymo.build.rust_version", "1.95.0"),
    ("kymo.build.version", "1.2.3"),
    ("kymo.cache.name", "sessions"),
    ("kymo.callback.metric", "queue.depth"),
    ("kymo.cardinality.attribute", "http.route"),
    ("kymo.cardinality.metric", "http.server.request.duration"),
    ("kymo.entity.name", "book"),
    ("kymo.migration.version", "20260101120000"),
    ("kymo.repository.method", "find"),
    ("kymo.repository.name", "books"),
    ("kymo.runtime.name", "main"),
    ("kymo.scrape.family", "http_server_request_duration_seconds"),
    ("kymo.unit_of_work.name", "reindex"),
];

fn instrument(kind: MetricKind) -> &'static str {
    match kind {
        MetricKind::Counter => "counter",
        MetricKind::UpDownCounter => "updowncounter",
        MetricKind::Gauge => "gauge",
        MetricKind::Histogram { .. } => "histogram",
    }
}

/// A text in quotes, which YAML has in common with JSON.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
