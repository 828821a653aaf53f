//! The meters that measure.

use super::{
    layer::Layer,
    part::{Mistake, Part},
};
use crate::configuration::{environment::FileOnly, meters::Meters};

/// Reads `meter_configurator/development`.
pub(super) fn read(part: &Part<'_>, layer: &mut Layer) -> Result<(), Mistake> {
    let mut meters = Meters::default();
    for (key, part) in part.entries()? {
        match key {
            "default_config" => meters.others = is_enabled(&part, layer)?,
            "meters" => {
                for item in part.items()? {
                    meters.named.push(named(&item, layer)?);
                }
            }
            _ => layer.unknown(&part)?,
        }
    }
    layer.found(FileOnly::METERS, part);
    layer.file_only.meters = meters;
    Ok(())
}

/// Reads a pattern of names, and whether such meters measure.
fn named(item: &Part<'_>, layer: &mut Layer) -> Result<(String, bool), Mistake> {
    let (mut name, mut config) = (None, None);
    for (key, part) in item.entries()? {
        match key {
            "name" => name = part.text()?,
            "config" => config = Some(part),
            _ => layer.unknown(&part)?,
        }
    }
    let name = item.required(name, "name")?;
    let config = item.required(config, "config")?;
    Ok((name.to_owned(), is_enabled(&config, layer)?))
}

/// Reads whether a meter measures, as it does unless the file says otherwise.
fn is_enabled(config: &Part<'_>, layer: &mut Layer) -> Result<bool, Mistake> {
    let mut enabled = true;
    for (key, part) in config.entries()? {
        match key {
            "enabled" => enabled = part.boolean()?.unwrap_or(true),
            _ => layer.unknown(&part)?,
        }
    }
    Ok(enabled)
}
