//! The methods of the feature `live`, which is off: the page for people.

use crate::Telemetry;

/// Nobody has it: the feature is off.
#[diagnostic::on_unimplemented(
    message = "this method needs the feature `live` of kymo, which is off",
    label = "kymo is built without `live`",
    note = "add \"live\" to the features of kymo in Cargo.toml"
)]
pub trait WithLive<'a> {}

#[doc(hidden)]
impl Telemetry {
    pub fn live(&self)
    where
        for<'a> Self: WithLive<'a>,
    {
    }
}
