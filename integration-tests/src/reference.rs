//! `METRICS.md`, made from the constants.

use std::fmt::Write;

use kymo::{MetricKind, MetricSpec, Telemetry, key::Values};

use crate::Scrape;

const INTRODUCTION: &str = "\
# Metrics

Every metric that kymo emits, made from the constants in the code by
`cargo run -p integration-tests --bin metrics > METRICS.md`; a test fails when this page is not what
that prints. kymo emits no other name and no other attribute.

Beside its attributes, every series of these metrics has the labels `otel_scope_name`,
`otel_scope_version` and `otel_scope_schema_url`, and `otel_scope_kymo_layer` if its layer has a name,
or `otel_scope_kymo_client` if its client has one.
They are some 120 bytes of every line; `.without_scope_info()` leaves them out. `target_info` has the
attributes of the resource and nothing else.

The linter of Prometheus, `promtool check metrics`, finds fault with three of them:
`db_client_connection_count`, `process_thread_count` and `process_unix_file_descriptor_count` are
gauges with names that it keeps for histograms. The conventions give them these names.

They are in the sections of the crates that emit them. A feature of `kymo` turns each crate on, and
\"Recorded\" says when there is an observation; a view can switch any of them off.
";

/// The text of `METRICS.md`.
pub async fn metrics_md() -> String {
    let mut page = INTRODUCTION.to_owned();
    let crates: Vec<_> = kymo::declared_metrics_by_crate().collect();
    let declared: Vec<_> = kymo::declared_metrics().collect();
    for (name, metrics) in &crates {
        contents(&mut page, name, metrics, &declared).expect("writing to a string");
    }
    for (name, metrics) in &crates {
        writeln!(page, "\n## {name}").expect("writing to a string");
        for metric in *metrics {
            let scraped = scraped_name(metric).await;
            let heading = heading(name, metric, &declared);
            write(&mut page, &heading, metric, &scraped).expect("writing to a string");
        }
    }
    page
}

/// The lines of a crate in the table of contents.
fn contents(
    page: &mut String,
    name: &str,
    metrics: &[MetricSpec],
    declared: &[&MetricSpec],
) -> std::fmt::Result {
    writeln!(page, "\n[{name}](#{name})\n")?;
    metrics.iter().try_for_each(|metric| {
        let heading = heading(name, metric, declared);
        writeln!(page, "- [{heading}](#{})", anchor(&heading))
    })
}

/// The name that a forge has for the place of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || "-_ ".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

/// The name; of a metric that several crates declare, with the crate.
fn heading(owner: &str, metric: &MetricSpec, declared: &[&MetricSpec]) -> String {
    let name = metric.name;
    let is_shared = declared.iter().filter(|other| other.name == name).count() > 1;
    if is_shared { format!("`{name}`, of `{owner}`") } else { format!("`{name}`") }
}

/// The name under which Prometheus sees `metric`: recorded once, and scraped.
///
/// # Panics
///
/// When it is not on the page.
pub async fn scraped_name(metric: &MetricSpec) -> String {
    let telemetry = Telemetry::for_service("reference").without_target_info();
    let telemetry = telemetry.build().expect("nothing is wrong with it");
    let meter = telemetry.meter("reference");
    match metric.kind {
        MetricKind::Counter => metric.counter(&meter).add(1, &[]),
        MetricKind::UpDownCounter => metric.up_down_counter(&meter).add(1, &[]),
        MetricKind::Gauge => metric.gauge(&meter).record(1.0, &[]),
        MetricKind::Histogram { .. } => metric.histogram(&meter).record(1.0, &[]),
    }
    let scrape = Scrape::of(&telemetry).await;
    let families = scrape.families();
    // Each page says of scrapes what it can, too.
    let beginning = metric.name.replace('.', "_");
    let own = families.iter().filter(|family| family.name.starts_with(&beginning));
    own.min_by_key(|family| family.name.len()).expect("its family").name.clone()
}

fn write(page: &mut String, heading: &str, metric: &MetricSpec, scraped: &str) -> std::fmt::Result {
    let kind = match metric.kind {
        MetricKind::Counter => "Counter",
        MetricKind::UpDownCounter => "UpDownCounter",
        MetricKind::Gauge => "Gauge",
        MetricKind::Histogram { .. } => "Histogram",
    };
    writeln!(page, "\n### {heading}\n\n{}\n", metric.description)?;
    writeln!(page, "| | |\n| --- | --- |")?;
    writeln!(page, "| Prometheus | `{scraped}` |")?;
    writeln!(page, "| Recorded | {} |", metric.recorded)?;
    writeln!(page, "| Kind | {kind} |")?;
    writeln!(page, "| Unit | `{}` |", metric.unit)?;
    if let MetricKind::Histogram { buckets } = metric.kind {
        let bounds: Vec<_> = buckets.iter().map(|bound| format!("`{bound}`")).collect();
        let bounds =
            if bounds.is_empty() { "none: count and sum".to_owned() } else { bounds.join(" ") };
        writeln!(page, "| Buckets | {bounds} |")?;
    }
    for (n, key) in metric.attributes.iter().enumerate() {
        let heading = if n == 0 { "Attributes" } else { " " };
        let budget = match key.values {
            Values::Budget(limit) => format!(" At most {limit} values, then `_OTHER`."),
            _ => String::new(),
        };
        writeln!(page, "| {heading} | `{}`: {}{budget} |", key.name, key.description)?;
    }
    Ok(())
}
