//! The methods of the feature `metrics`, which is off: the recorder of the facade of that name.

use crate::Telemetry;

/// Nobody has it: the feature is off.
#[diagnostic::on_unimplemented(
    message = "this method needs the feature `metrics` of kymo, which is off",
    label = "kymo is built without `metrics`",
    note = "add \"metrics\" to the features of kymo in Cargo.toml"
)]
pub trait WithMetrics<'a> {}

#[doc(hidden)]
impl Telemetry {
    pub fn metrics_recorder(&self)
    where
        for<'a> Self: WithMetrics<'a>,
    {
    }
}
