//! The Prometheus exporter.

use super::{
    layer::Layer,
    part::{Mistake, Part},
};
use crate::configuration::environment::Names;

/// Reads the options of `prometheus/development`, as versions 1.0 and 1.1 call them.
pub(super) fn read(options: &Part<'_>, layer: &mut Layer) -> Result<(), Mistake> {
    for (key, part) in options.entries()? {
        let page = &mut layer.file_only.page;
        match key {
            "host" => {
                if let Some(host) = part.text()? {
                    layer.say("OTEL_EXPORTER_PROMETHEUS_HOST", HOST, &part, host);
                }
            }
            "port" => {
                if let Some(port) = part.integer(0, 65535)? {
                    layer.say("OTEL_EXPORTER_PROMETHEUS_PORT", PORT, &part, port.to_string());
                }
            }
            "scope_info_enabled" => {
                page.without_scope_info = (part.boolean()? == Some(false)).then_some(SCOPE);
            }
            "target_info_enabled/development" | "target_info_enabled" => {
                page.without_target_info = (part.boolean()? == Some(false)).then_some(TARGET);
            }
            "without_scope_info" => {
                page.without_scope_info = (part.boolean()? == Some(true)).then_some(NO_SCOPE);
            }
            "without_target_info/development" | "without_target_info" => {
                page.without_target_info = (part.boolean()? == Some(true)).then_some(NO_TARGET);
            }
            "resource_constant_labels" => {
                let names = names(&part, layer)?;
                layer.file_only.page.resource_labels = names.map(|names| (names, LABELS));
            }
            "with_resource_constant_labels" => {
                let names = names(&part, layer)?;
                layer.file_only.page.resource_labels = names.map(|names| (names, WITH_LABELS));
            }
            "translation_strategy" => {
                let said = part.text()?;
                let is_said = |known: &str| {
                    said == Some(known)
                        || known != STRATEGIES[0].0 && said == Some(&format!("{known}/development"))
                };
                match STRATEGIES.iter().find(|(known, _)| is_said(known)) {
                    Some((_, name)) => layer.say(TRANSLATION, STRATEGY, &part, *name),
                    None if part.is_absent() => {}
                    None => {
                        let names = STRATEGIES.map(|(name, _)| name).join(", ");
                        return Err(part.mistake(format!("write one of {names}")));
                    }
                }
            }
            _ => layer.unknown(&part)?,
        }
    }
    Ok(())
}

/// Reads `included` and `excluded`; nothing if there is neither.
pub(super) fn names(part: &Part<'_>, layer: &mut Layer) -> Result<Option<Names>, Mistake> {
    let mut names = Names::default();
    for (key, part) in part.entries()? {
        let patterns = match key {
            "included" => names.included.insert(Vec::new()),
            "excluded" => &mut names.excluded,
            _ => {
                layer.unknown(&part)?;
                continue;
            }
        };
        for item in part.items()? {
            let pattern = item.text()?;
            patterns.push(item.required(pattern, "a pattern")?.to_owned());
        }
    }
    // A key without a value is as if it were not there.
    names.included = names.included.filter(|patterns| !patterns.is_empty());
    Ok(Some(names).filter(|_| !part.is_absent()))
}

const HOST: &str = "meter_provider.readers[].pull.exporter.prometheus/development.host";
const PORT: &str = "meter_provider.readers[].pull.exporter.prometheus/development.port";
const SCOPE: &str =
    "meter_provider.readers[].pull.exporter.prometheus/development.scope_info_enabled";
const NO_SCOPE: &str =
    "meter_provider.readers[].pull.exporter.prometheus/development.without_scope_info";
const TARGET: &str =
    "meter_provider.readers[].pull.exporter.prometheus/development.target_info_enabled/development";
const NO_TARGET: &str =
    "meter_provider.readers[].pull.exporter.prometheus/development.without_target_info";
const LABELS: &str =
    "meter_provider.readers[].pull.exporter.prometheus/development.resource_constant_labels";
const WITH_LABELS: &str =
    "meter_provider.readers[].pull.exporter.prometheus/development.with_resource_constant_labels";
const STRATEGY: &str =
    "meter_provider.readers[].pull.exporter.prometheus/development.translation_strategy";

const TRANSLATION: &str = "KYMO_EXPORTER_PROMETHEUS_TRANSLATION_STRATEGY";

/// The strategies, without the `/development` that all but the first may have, and their names in the
/// specification of the exporter.
const STRATEGIES: [(&str, &str); 4] = [
    ("underscore_escaping_with_suffixes", "UnderscoreEscapingWithSuffixes"),
    ("underscore_escaping_without_suffixes", "UnderscoreEscapingWithoutSuffixes"),
    ("no_utf8_escaping_with_suffixes", "NoUTF8EscapingWithSuffixes"),
    ("no_translation", "NoTranslation"),
];
