//! The file as a whole.

use super::{
    distribution, instrumentation,
    layer::Layer,
    meters,
    part::{Mistake, Part},
    reader, resource, view,
};

/// Reads everything.
pub(super) fn read(root: &Part<'_>, layer: &mut Layer) -> Result<(), Mistake> {
    // What the other keys mean depends on it.
    let entries = root.entries()?;
    let format = entries.iter().find(|(key, _)| *key == "file_format");
    let Some((_, format)) = format.filter(|(_, format)| !format.is_absent()) else {
        return Err(root.mistake("`file_format` is missing; write file_format: \"1.1\""));
    };
    check_format(format, layer)?;
    let mut readers = false;
    for (key, part) in &entries {
        match *key {
            "file_format" => {}
            "disabled" => {
                if let Some(disabled) = part.boolean()? {
                    layer.say("OTEL_SDK_DISABLED", "disabled", part, disabled.to_string());
                }
            }
            "log_level" => {
                if let Some(level) = part.text()? {
                    layer.say("OTEL_LOG_LEVEL", "log_level", part, level);
                }
            }
            "resource" => resource::read(part, layer)?,
            "meter_provider" => readers = provider(part, layer)?,
            "instrumentation/development" => instrumentation::read(part, layer)?,
            "tracer_provider" | "logger_provider" | "propagator" | "attribute_limits" => {
                layer.ignore(part, "kymo is for metrics, and this is not");
            }
            "distribution" => distribution::read(part, layer)?,
            _ => layer.extra(part),
        }
    }
    if !readers {
        // As if a list of variables said so: a file without readers asks for none.
        layer.say("OTEL_METRICS_EXPORTER", "meter_provider.readers[]", root, "none");
    }
    Ok(())
}

/// Whether the version is 1 and something; within it, keys are only added.
fn check_format(format: &Part<'_>, layer: &mut Layer) -> Result<(), Mistake> {
    const REMEDY: &str = "kymo reads version 1; write \"1.1\" and migrate the file to it";

    let text = format.text()?.unwrap_or_default();
    let (version, _) = text.split_once('-').unwrap_or((text, ""));
    let parse = |(major, minor): (&str, &str)| {
        Some((major.parse::<u32>().ok()?, minor.parse::<u32>().ok()?))
    };
    match version.split_once('.').and_then(parse) {
        Some((1, minor)) => {
            if minor > NEWEST_MINOR {
                layer.is_newer = true;
                layer.report(format, "this version is newer than kymo, which reads it as 1.1");
            }
            Ok(())
        }
        _ => Err(format.mistake(REMEDY)),
    }
}

/// Reads the meter provider; says whether it has readers.
fn provider(part: &Part<'_>, layer: &mut Layer) -> Result<bool, Mistake> {
    let mut readers = None;
    for (key, part) in part.entries()? {
        match key {
            "readers" => readers = Some(part.items()?),
            "views" => view::read(&part, layer)?,
            "exemplar_filter" => {
                let filters = ["always_on", "always_off", "trace_based"];
                if let Some(filter) = part.one_of(&filters)? {
                    let key = "meter_provider.exemplar_filter";
                    layer.say("OTEL_METRICS_EXEMPLAR_FILTER", key, &part, filter);
                }
            }
            "meter_configurator/development" => meters::read(&part, layer)?,
            _ => layer.unknown(&part)?,
        }
    }
    if part.is_absent() {
        return Ok(false);
    }
    let readers = part.required(readers, "readers")?;
    reader::read(&readers, layer)?;
    Ok(true)
}

/// The version whose keys are known, 1.1.
const NEWEST_MINOR: u32 = 1;
