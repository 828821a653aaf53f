//! `METRICS.md`, made from the constants.

use std::{fmt::Write, ptr};

use kymo::{MetricKind, MetricSpec, Telemetry, key::Values};

use crate::Scrape;

const INTRODUCTION: &str = "\
# Metrics

Every metric that kymo emits, made from the constants in the code by
`cargo run -p integration-tests --bin metrics > METRICS.md`; a test fails when this page is not what
that prints. kymo emits no other name and no other attribute.

Beside its attributes, every series of these metrics has the labels `otel_scope_name`,
`otel_scope_version` and `otel_scope_schema_url`, and `otel_scope_kymo_layer` if its layer has a name.
They are some 120 bytes of every line; `.without_scope_info()` leaves them out. `target_info` has the
attributes of the resource and nothing else.

The linter of Prometheus, `promtool check metrics`, finds fault with three of them:
`db_client_connection_count`, `process_thread_count` and `process_unix_file_descriptor_count` are
gauges with names that it keeps for histograms. The conventions give them these names.

All are recorded unless they are switched off, but for these: `kymo.http.server.first_byte.duration`
when a layer enables it, `kymo.http.server.handler.duration` where `telemetry.http_handler()` is
added, and `otel.sdk.*` by a service that pushes. `db.*` and `kymo.db.*` are there after
`telemetry.sqlx(…)`; `db.client.connection.create_time` if the options of the pool are `.measured()`, or
call `kymo::sqlx::connection_opened()`.
`db.client.operation.duration` is there after `telemetry.redis(…)` too, with the
attributes of the second of its sections. `kymo.cache.*` are there after `telemetry.cache(…)` and
`telemetry.redis(…)`; evictions and entries of caches that tell of them, as those of moka do;
`kymo.redis.redirects` where `telemetry.redis_handle(…).cluster(…)` connects to a cluster.
`kymo.repository.*` are there after `telemetry.repository(…)`, and `kymo.migrations` and `kymo.migration.*` after
`telemetry.migrations(…)`; of these `kymo.migrations` and `kymo.migration.latest_version` where
`.watch(…)` reads them, and `….duration`, `….last_duration`, `….run.duration` and `….lock.wait_time` where something is run.
`process.*` are there after `.process()`, the names that Prometheus client libraries have always used,
such as `process_open_fds`, after `.process_classic_names()`, `kymo.build.info` after
`telemetry.build_info(…)`, and `kymo.tokio.*` after `telemetry.tokio_runtime(…)`. Of these, `kymo.tokio.blocking.*`, `kymo.tokio.local_queue.depth`,
`kymo.tokio.task.forced_yields`, `….remote_schedules` and `….spawned`, and
`kymo.tokio.worker.overflows`, `….polls` and `….steals` need a program that is built with
`RUSTFLAGS=\"--cfg tokio_unstable\"`.
";

/// The text of `METRICS.md`.
pub async fn metrics_md() -> String {
    let mut page = INTRODUCTION.to_owned();
    let declared: Vec<_> = kymo::declared_metrics().collect();
    for metric in &declared {
        let scraped = scraped_name(metric).await;
        let heading = heading(metric, &declared);
        write(&mut page, &heading, metric, &scraped).expect("writing to a string");
    }
    page
}

/// The name; of a metric that is declared more than once, with the first attribute that only this
/// declaration has.
fn heading(metric: &MetricSpec, declared: &[&MetricSpec]) -> String {
    let name = metric.name;
    let is_other = |other: &&&MetricSpec| other.name == name && !ptr::eq(**other, metric);
    let others = declared.iter().filter(is_other);
    let others: Vec<_> = others.flat_map(|other| other.attributes).collect();
    let own = metric.attributes.iter().find(|key| !others.contains(key));
    match own.filter(|_| !others.is_empty()) {
        Some(key) => format!("`{name}`, by `{}`", key.name),
        None => format!("`{name}`"),
    }
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
    scrape.families().first().expect("one family").name.clone()
}

fn write(page: &mut String, heading: &str, metric: &MetricSpec, scraped: &str) -> std::fmt::Result {
    let kind = match metric.kind {
        MetricKind::Counter => "Counter",
        MetricKind::UpDownCounter => "UpDownCounter",
        MetricKind::Gauge => "Gauge",
        MetricKind::Histogram { .. } => "Histogram",
    };
    writeln!(page, "\n## {heading}\n\n{}\n", metric.description)?;
    writeln!(page, "| | |\n| --- | --- |")?;
    writeln!(page, "| Prometheus | `{scraped}` |")?;
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
