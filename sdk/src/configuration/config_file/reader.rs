//! The readers of the meter provider.

use super::{
    layer::Layer,
    otlp,
    part::{Mistake, Part},
    prometheus, view,
};

/// The exporter of a reader.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Exporter {
    Prometheus,
    Otlp,
    Console,
}

/// When a periodic reader pushes.
#[derive(Default)]
struct Schedule<'a> {
    interval: Option<(Part<'a>, i64)>,
    timeout: Option<(Part<'a>, i64)>,
}

/// Reads all readers; there may be several that push, and one that is scraped.
pub(super) fn read(readers: &[Part<'_>], layer: &mut Layer) -> Result<(), Mistake> {
    let mut exporters = Vec::new();
    for part in readers {
        let exporter = match part.only_entry("periodic or pull")? {
            ("periodic", reader) => periodic(&reader, layer, &exporters)?,
            ("pull", reader) => pull(&reader, layer, &exporters)?,
            (_, reader) => return Err(reader.mistake("write periodic or pull")),
        };
        exporters.extend(exporter);
    }
    let name = |exporter: &Exporter| match exporter {
        Exporter::Prometheus => "prometheus",
        Exporter::Otlp => "otlp",
        Exporter::Console => "console",
    };
    let names: Vec<_> = exporters.iter().map(name).collect();
    let list = if names.is_empty() { "none".to_owned() } else { names.join(",") };
    if let Some(first) = readers.first() {
        layer.say("OTEL_METRICS_EXPORTER", "meter_provider.readers[]", first, list);
    }
    Ok(())
}

/// Reads a reader that pushes; `None` if kymo has no such exporter. One of a kind that was there `before` is
/// told apart, and `None`, too.
fn periodic(
    reader: &Part<'_>,
    layer: &mut Layer,
    before: &[Exporter],
) -> Result<Option<Exporter>, Mistake> {
    let (mut exporter, mut schedule) = (None, Schedule::default());
    for (key, part) in reader.entries()? {
        match key {
            "interval" => schedule.interval = milliseconds(&part, layer)?.map(|it| (part, it)),
            "timeout" => schedule.timeout = milliseconds(&part, layer)?.map(|it| (part, it)),
            "exporter" => exporter = Some(part),
            "cardinality_limits" => view::limits(&part, layer)?,
            "producers" => layer.ignore(&part, NO_PRODUCERS),
            "max_export_batch_size/development" => {
                layer.ignore(&part, "kymo exports all metrics in one request");
            }
            _ => layer.unknown(&part)?,
        }
    }
    let exporter = reader.required(exporter, "exporter")?;
    let (kind, options) = exporter.only_entry("otlp_http, otlp_grpc or console")?;
    let kind = match kind {
        "otlp_http" | "otlp_grpc" => Exporter::Otlp,
        "console" => Exporter::Console,
        _ => {
            layer.report(&options, "kymo pushes over otlp_http, otlp_grpc, or to the console");
            return Ok(None);
        }
    };
    let read = |layer: &mut Layer| {
        let is_had = if kind == Exporter::Console {
            console(&options, layer)?;
            true
        } else {
            otlp::read(&options, layer)?
        };
        if is_had {
            schedule.say(kind, reader, layer);
        }
        Ok(is_had)
    };
    if before.contains(&kind) {
        layer.further(kind == Exporter::Console, read)?;
        return Ok(None);
    }
    Ok(read(layer)?.then_some(kind))
}

/// Reads a reader that is scraped; `None` if kymo has no such exporter, or has one `before`.
fn pull(
    reader: &Part<'_>,
    layer: &mut Layer,
    before: &[Exporter],
) -> Result<Option<Exporter>, Mistake> {
    let mut exporter = None;
    for (key, part) in reader.entries()? {
        match key {
            "exporter" => exporter = Some(part),
            "cardinality_limits" => view::limits(&part, layer)?,
            "producers" => layer.ignore(&part, NO_PRODUCERS),
            _ => layer.unknown(&part)?,
        }
    }
    let exporter = reader.required(exporter, "exporter")?;
    match exporter.only_entry("prometheus/development")? {
        ("prometheus/development" | "prometheus", options)
            if before.contains(&Exporter::Prometheus) =>
        {
            const REMEDY: &str =
                "kymo has one page for Prometheus, which many may scrape; leave out this reader";
            Err(options.mistake(REMEDY))
        }
        ("prometheus/development" | "prometheus", options) => {
            prometheus::read(&options, layer)?;
            Ok(Some(Exporter::Prometheus))
        }
        (_, options) => {
            layer.report(&options, "kymo lets only prometheus/development pull");
            Ok(None)
        }
    }
}

/// Reads the options of the console, none of which kymo can change.
fn console(options: &Part<'_>, layer: &mut Layer) -> Result<(), Mistake> {
    for (key, part) in options.entries()? {
        match key {
            "temporality_preference" => {
                if part.one_of(&["cumulative", "delta", "low_memory"])? != Some("cumulative") {
                    layer.ignore(&part, "what the console shows counts since the start");
                }
            }
            "default_histogram_aggregation" => otlp::histogram(&part, layer)?,
            _ => layer.unknown(&part)?,
        }
    }
    Ok(())
}

impl Schedule<'_> {
    /// Says both times, by the variables of the exporter.
    fn say(self, kind: Exporter, reader: &Part<'_>, layer: &mut Layer) {
        let [interval, timeout] = match kind {
            Exporter::Console => ["console.interval", "console.export_timeout"],
            _ => ["OTEL_METRIC_EXPORT_INTERVAL", "OTEL_METRIC_EXPORT_TIMEOUT"],
        };
        let default = |milliseconds: i64| (reader.clone(), milliseconds);
        // Said even by default: what the console does not say must not be what OTLP says.
        let (part, value) = self.interval.unwrap_or_else(|| default(60_000));
        layer.say(interval, INTERVAL, &part, value.to_string());
        let (part, value) = self.timeout.unwrap_or_else(|| default(30_000));
        layer.say(timeout, TIMEOUT, &part, value.to_string());
    }
}

/// A time, unless it is to be without end, or none at all.
pub(super) fn milliseconds(part: &Part<'_>, layer: &mut Layer) -> Result<Option<i64>, Mistake> {
    let milliseconds = part.integer(0, 0x7fff_ffff)?;
    if milliseconds == Some(0) {
        layer.ignore(part, "kymo neither waits without end nor pushes without a pause");
    }
    Ok(milliseconds.filter(|milliseconds| *milliseconds > 0))
}

const INTERVAL: &str = "meter_provider.readers[].periodic.interval";
const TIMEOUT: &str = "meter_provider.readers[].periodic.timeout";
const NO_PRODUCERS: &str = "kymo takes metrics of OpenTelemetry and of the `prometheus` crate only";
