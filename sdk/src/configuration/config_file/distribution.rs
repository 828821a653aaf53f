//! The settings that no other implementation has.

use super::{
    layer::Layer,
    part::{Mistake, Part},
};

/// Reads `distribution`, of which each implementation has a key of its own.
pub(super) fn read(part: &Part<'_>, layer: &mut Layer) -> Result<(), Mistake> {
    for (key, part) in part.entries()? {
        match key {
            "kymo" => kymo(&part, layer)?,
            // This file may be one that others are told by, too.
            _ => layer.ignore(&part, "it is about another implementation"),
        }
    }
    Ok(())
}

fn kymo(part: &Part<'_>, layer: &mut Layer) -> Result<(), Mistake> {
    for (key, part) in part.entries()? {
        match key {
            "exemplar" => exemplar(&part, layer)?,
            "prometheus" => prometheus(&part, layer)?,
            _ => return Err(part.mistake("kymo has no such key; correct it, or leave it out")),
        }
    }
    Ok(())
}

fn exemplar(part: &Part<'_>, layer: &mut Layer) -> Result<(), Mistake> {
    for (key, part) in part.entries()? {
        match key {
            "dropped_attributes" => {
                if let Some(are_kept) = part.boolean()? {
                    const VARIABLE: &str = "KYMO_EXEMPLAR_DROPPED_ATTRIBUTES";
                    layer.say(VARIABLE, DROPPED, &part, are_kept.to_string());
                }
            }
            _ => return Err(part.mistake("kymo has no such key; correct it, or leave it out")),
        }
    }
    Ok(())
}

fn prometheus(part: &Part<'_>, layer: &mut Layer) -> Result<(), Mistake> {
    for (key, part) in part.entries()? {
        match key {
            "web_config_file" => {
                if let Some(path) = part.text()? {
                    const VARIABLE: &str = "KYMO_EXPORTER_PROMETHEUS_WEB_CONFIG_FILE";
                    layer.say(VARIABLE, WEB_CONFIG, &part, path);
                }
            }
            _ => return Err(part.mistake("kymo has no such key; correct it, or leave it out")),
        }
    }
    Ok(())
}

const DROPPED: &str = "distribution.kymo.exemplar.dropped_attributes";
const WEB_CONFIG: &str = "distribution.kymo.prometheus.web_config_file";
