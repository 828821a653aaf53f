//! The method of the feature `reqwest`, which is off: clients of reqwest.

use crate::Telemetry;

/// Nobody has it: the feature is off.
#[diagnostic::on_unimplemented(
    message = "this method needs the feature `reqwest` of kymo, which is off",
    label = "kymo is built without `reqwest`",
    note = "add \"reqwest\" to the features of kymo in Cargo.toml"
)]
pub trait WithReqwest<'a> {}

#[doc(hidden)]
impl Telemetry {
    pub fn reqwest(&self)
    where
        for<'a> Self: WithReqwest<'a>,
    {
    }
}
