//! Which program it is.

use kymo_exposition::Series;

use crate::intake::is_attribute;

/// Which program it is, as far as its metrics say so.
#[derive(Debug, Clone, Default)]
pub(crate) struct About {
    pub(crate) service: String,
    pub(crate) version: String,
    pub(crate) instance: String,
}

impl About {
    /// Reads the series of `target_info`.
    pub(crate) fn read(&mut self, series: &Series<'_>) {
        for label in series.labels {
            let place = match label.name {
                name if is_attribute(name, "service.name") => &mut self.service,
                name if is_attribute(name, "service.version") => &mut self.version,
                name if is_attribute(name, "service.instance.id") => &mut self.instance,
                _ => continue,
            };
            place.clear();
            place.extend(label.value.chars().take(100));
        }
    }
}
