//! The views of the meter provider.

use opentelemetry_sdk::metrics::InstrumentKind;

use super::{
    layer::Layer,
    part::{Mistake, Part},
    prometheus::names,
};
use crate::{
    Selector, View,
    configuration::environment::{FileOnly, FileView},
    view::KINDS,
};

/// Reads `views`.
pub(super) fn read(views: &Part<'_>, layer: &mut Layer) -> Result<(), Mistake> {
    for part in views.items()? {
        let (mut selector, mut stream) = (None, None);
        for (key, part) in part.entries()? {
            match key {
                "selector" => selector = Some(part),
                "stream" => stream = Some(part),
                _ => layer.unknown(&part)?,
            }
        }
        let selector = part.required(selector, "selector")?;
        let stream = part.required(stream, "stream")?;
        let selector = read_selector(&selector, layer)?;
        let view = view(&stream, &selector, layer)?;
        layer.found(FileOnly::VIEWS, &part);
        let (key, line) = (part.key.clone(), part.line());
        layer.file_only.views.push(FileView { selector, view, key, line });
    }
    Ok(())
}

/// Reads what must be true of an instrument.
fn read_selector(part: &Part<'_>, layer: &mut Layer) -> Result<Selector, Mistake> {
    let mut selector = Selector::any();
    for (key, part) in part.entries()? {
        let text = |selector, set: fn(Selector, String) -> Selector| {
            let text = part.text()?.map(str::to_owned);
            Ok(text.into_iter().fold(selector, set))
        };
        selector = match key {
            "instrument_name" => text(selector, Selector::with_name)?,
            "instrument_type" => {
                let word = part.one_of(&KINDS.map(|(word, _)| word))?;
                let kind = KINDS.into_iter().find(|(known, _)| Some(*known) == word);
                kind.into_iter().fold(selector, |selector, (_, kind)| selector.kind(kind))
            }
            "unit" => text(selector, Selector::unit)?,
            "meter_name" => text(selector, Selector::meter)?,
            "meter_version" => text(selector, Selector::meter_version)?,
            "meter_schema_url" => text(selector, Selector::meter_schema_url)?,
            _ => {
                layer.unknown(&part)?;
                selector
            }
        };
    }
    Ok(selector)
}

/// Reads a stream; what kymo does not have of it is reported and left out.
fn view(stream: &Part<'_>, selector: &Selector, layer: &mut Layer) -> Result<View, Mistake> {
    let mut view = View::new();
    for (key, part) in stream.entries()? {
        match key {
            "name" => view = part.text()?.into_iter().fold(view, View::name),
            "description" => view = part.text()?.into_iter().fold(view, View::description),
            "aggregation" => view = aggregation(view, &part, selector, layer)?,
            "aggregation_cardinality_limit" => {
                if let Some(limit) = limit(&part)? {
                    view = view.limit(limit);
                }
            }
            "attribute_keys" => {
                if let Some(names) = names(&part, layer)? {
                    view = view.only_names(names);
                }
            }
            _ => layer.unknown(&part)?,
        }
    }
    Ok(view)
}

/// Reads an aggregation: none of a metric, buckets, exponential ones, or a sum in their place.
///
/// By the specification of the metrics SDK, section View, an instrument that an aggregation is not for stays as it
/// is.
fn aggregation(
    view: View,
    part: &Part<'_>,
    selector: &Selector,
    layer: &mut Layer,
) -> Result<View, Mistake> {
    if part.is_absent() {
        return Ok(view);
    }
    match part.only_entry(AGGREGATIONS)? {
        ("default", _) => Ok(view),
        ("drop", _) => Ok(view.and_off()),
        ("explicit_bucket_histogram", part) => buckets(view, &part, layer),
        ("base2_exponential_bucket_histogram", part) => exponential(view, &part, layer),
        ("sum", part) => {
            without_options(&part, layer)?;
            if !selector.may_select(&SUMMED) {
                layer.report(&part, "a gauge has no sum, and stays what it is");
            }
            Ok(if selector.may_select(&[InstrumentKind::Histogram]) { view.summed() } else { view })
        }
        ("last_value", part) => {
            without_options(&part, layer)?;
            if !selector.may_select(&LATEST) {
                layer.report(&part, "only a gauge has a last value; the others stay what they are");
            }
            Ok(view)
        }
        (_, part) => {
            layer.unknown(&part)?;
            Ok(view)
        }
    }
}

/// An aggregation that has no options.
fn without_options(part: &Part<'_>, layer: &mut Layer) -> Result<(), Mistake> {
    part.entries()?.into_iter().try_for_each(|(_, option)| layer.unknown(&option))
}

const AGGREGATIONS: &str = "default, drop, explicit_bucket_histogram, base2_exponential_bucket_histogram, \
                            sum or last_value";

/// The kinds that may be summed up.
const SUMMED: [InstrumentKind; 5] = [
    InstrumentKind::Counter,
    InstrumentKind::UpDownCounter,
    InstrumentKind::ObservableCounter,
    InstrumentKind::ObservableUpDownCounter,
    InstrumentKind::Histogram,
];

/// The kinds whose last value counts.
const LATEST: [InstrumentKind; 2] = [InstrumentKind::Gauge, InstrumentKind::ObservableGauge];

/// Reads explicit buckets, with the bounds of the specification where the file gives none.
fn buckets(view: View, part: &Part<'_>, layer: &mut Layer) -> Result<View, Mistake> {
    let mut bounds = DEFAULT_BOUNDS.to_vec();
    for (key, part) in part.entries()? {
        match key {
            "boundaries" => {
                let bound = |item: Part<'_>| item.required(item.number()?, "a number");
                let listed: Vec<f64> =
                    part.any_items()?.into_iter().map(bound).collect::<Result<_, _>>()?;
                if !part.is_absent() {
                    bounds = listed;
                }
                if bounds.is_empty() {
                    return Err(part.mistake("a histogram of kymo has a boundary; add one"));
                }
            }
            "record_min_max" => {
                if part.boolean()? == Some(false) {
                    layer.ignore(&part, "least and greatest are always recorded");
                }
            }
            _ => layer.unknown(&part)?,
        }
    }
    Ok(view.buckets(bounds))
}

/// Reads exponential buckets, with the size and the scale of the specification where the file gives none.
fn exponential(view: View, part: &Part<'_>, layer: &mut Layer) -> Result<View, Mistake> {
    let (mut size, mut scale) = (160, 20);
    for (key, part) in part.entries()? {
        match key {
            "max_scale" => scale = part.integer(-10, 20)?.unwrap_or(scale),
            "max_size" => size = part.integer(2, MOST_BUCKETS)?.unwrap_or(size),
            "record_min_max" => {
                if part.boolean()? == Some(false) {
                    layer.ignore(&part, "least and greatest are always recorded");
                }
            }
            _ => layer.unknown(&part)?,
        }
    }
    // Both are within what was asked for.
    let (size, scale) = (u32::try_from(size), i8::try_from(scale));
    Ok(view.exponential(size.unwrap_or(160), scale.unwrap_or(20)))
}

/// Reads the `cardinality_limits` of a reader; of several readers, the greatest limit counts.
pub(super) fn limits(part: &Part<'_>, layer: &mut Layer) -> Result<(), Mistake> {
    for (key, part) in part.entries()? {
        let Some(kind) =
            ["default"].into_iter().chain(KINDS.map(|(word, _)| word)).find(|kind| *kind == key)
        else {
            layer.unknown(&part)?;
            continue;
        };
        if let Some(limit) = limit(&part)? {
            let known = layer.file_only.limits.entry(kind).or_default();
            *known = limit.max(*known);
        }
    }
    Ok(())
}

/// Reads a number of series, from 1 to 1,000,000.
fn limit(part: &Part<'_>) -> Result<Option<usize>, Mistake> {
    let limit = part.integer(1, 1_000_000)?;
    Ok(limit.and_then(|limit| usize::try_from(limit).ok()))
}

/// More would be memory without bounds for each series.
const MOST_BUCKETS: i64 = 1 << 14;

/// Those of the metrics SDK's specification.
const DEFAULT_BOUNDS: [f64; 15] = [
    0.0, 5.0, 10.0, 25.0, 50.0, 75.0, 100.0, 250.0, 500.0, 750.0, 1000.0, 2500.0, 5000.0, 7500.0,
    10000.0,
];
