//! What a listener for scrapes shows to humans, beside the page itself.

use std::sync::Arc;

use kymo_bridge::Bridge;
use kymo_endpoint::Table;

use crate::configuration::Description;

/// The losses of `bridge`, and the configuration in force, as they are when somebody looks.
pub(super) fn tables(
    bridge: Bridge,
    description: Arc<Description>,
) -> impl Fn() -> Vec<Table> + Send + Sync + 'static {
    move || {
        let mut losses = Table::new("Losses", ["family", "times", "why"]);
        for loss in bridge.losses() {
            losses.push([loss.family, loss.times.to_string(), loss.cause.to_string()]);
        }
        let mut settings = Table::new("Configuration", ["setting", "value", "decided by"]);
        for setting in description.settings() {
            let (name, value) = (setting.name.clone(), setting.value.clone());
            settings.push([name, value, setting.origin.to_string()]);
        }
        let mut ignored = Table::new("Settings that have no effect", ["why"]);
        for sentence in description.ignored() {
            ignored.push([sentence.as_str()]);
        }
        vec![losses, settings, ignored]
    }
}
