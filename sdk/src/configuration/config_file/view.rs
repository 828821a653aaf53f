//! The views of the meter provider.

use super::{
    layer::Layer,
    part::{Mistake, Part},
    prometheus::names,
};
use crate::{
    View,
    configuration::environment::{FileOnly, FileView},
};

/// Reads `views`.
pub(super) fn read(views: &Part<'_>, layer: &mut Layer) -> Result<(), Mistake> {
    for part in views.items()? {
        let (mut selector, mut stream) = (None, None);
        for (key, part) in part.entries()? {
            match key {
                "selector" => selector = Some(part),
                "stream" => stream = Some(part),
                _ => layer.unknown(&part),
            }
        }
        let selector = part.required(selector, "selector")?;
        let stream = part.required(stream, "stream")?;
        // Both are looked at, so that every mistake is found.
        let pattern = pattern(&selector, layer)?;
        let view = view(&stream, layer)?;
        if let Some(pattern) = pattern {
            layer.found(FileOnly::VIEWS, &part);
            let (key, line) = (part.key.clone(), part.line());
            layer.file_only.views.push(FileView { pattern, view, key, line });
        }
    }
    Ok(())
}

/// The names that are selected, unless more is asked for: a view of too much would do harm.
fn pattern(selector: &Part<'_>, layer: &mut Layer) -> Result<Option<String>, Mistake> {
    let (mut pattern, mut is_by_name) = ("*".to_owned(), true);
    for (key, part) in selector.entries()? {
        match key {
            "instrument_name" => part.text()?.unwrap_or("*").clone_into(&mut pattern),
            "instrument_type" => is_by_name &= part.one_of(&KINDS)?.is_none(),
            "unit" | "meter_name" | "meter_version" | "meter_schema_url" => {
                is_by_name &= part.text()?.is_none();
            }
            _ => layer.unknown(&part),
        }
    }
    if !is_by_name {
        layer.report(
            selector,
            "kymo selects by instrument_name only, so the whole view is left out",
        );
    }
    Ok(is_by_name.then_some(pattern))
}

/// Reads a stream; what kymo does not have of it is reported and left out.
fn view(stream: &Part<'_>, layer: &mut Layer) -> Result<View, Mistake> {
    let mut view = View::new();
    for (key, part) in stream.entries()? {
        match key {
            "name" | "description" => {
                part.text()?;
                layer.ignore(&part, "a metric of kymo keeps its name and description");
            }
            "aggregation" => view = aggregation(view, &part, layer)?,
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
            _ => layer.unknown(&part),
        }
    }
    Ok(view)
}

/// Reads an aggregation: none of a metric, buckets, or exponential ones.
fn aggregation(view: View, part: &Part<'_>, layer: &mut Layer) -> Result<View, Mistake> {
    if part.is_absent() {
        return Ok(view);
    }
    match part.only_entry(
        "drop, explicit_bucket_histogram, base2_exponential_bucket_histogram or default",
    )? {
        ("default", _) => Ok(view),
        ("drop", _) => Ok(view.and_off()),
        ("explicit_bucket_histogram", part) => buckets(view, &part, layer),
        ("base2_exponential_bucket_histogram", part) => exponential(view, &part, layer),
        (_, part) => {
            layer.report(&part, "kymo has default, drop, and histograms of both kinds");
            Ok(view)
        }
    }
}

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
            _ => layer.unknown(&part),
        }
    }
    Ok(view.buckets(bounds))
}

/// Reads exponential buckets, of which kymo has the default size and scale.
fn exponential(view: View, part: &Part<'_>, layer: &mut Layer) -> Result<View, Mistake> {
    for (key, part) in part.entries()? {
        let is_default = match key {
            "max_scale" => part.integer(-10, 20)?.is_none_or(|scale| scale == 20),
            "max_size" => part.integer(2, i64::MAX)?.is_none_or(|size| size == 160),
            "record_min_max" => part.boolean()?.unwrap_or(true),
            _ => {
                layer.unknown(&part);
                continue;
            }
        };
        if !is_default {
            layer.ignore(&part, "kymo has the default only");
        }
    }
    Ok(view.exponential_buckets())
}

/// Reads the `cardinality_limits` of a reader; of several readers, the greatest limit counts.
pub(super) fn limits(part: &Part<'_>, layer: &mut Layer) -> Result<(), Mistake> {
    for (key, part) in part.entries()? {
        let Some(kind) = ["default"].iter().chain(&KINDS).find(|kind| **kind == key) else {
            layer.unknown(&part);
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

/// The types of instruments.
const KINDS: [&str; 7] = [
    "counter",
    "gauge",
    "histogram",
    "observable_counter",
    "observable_gauge",
    "observable_up_down_counter",
    "up_down_counter",
];

/// Those of the metrics SDK's specification.
const DEFAULT_BOUNDS: [f64; 15] = [
    0.0, 5.0, 10.0, 25.0, 50.0, 75.0, 100.0, 250.0, 500.0, 750.0, 1000.0, 2500.0, 5000.0, 7500.0,
    10000.0,
];
