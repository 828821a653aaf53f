//! The methods of the feature `pool`, which is off: connection pools of any kind.

use crate::Telemetry;

/// Nobody has it: the feature is off.
#[diagnostic::on_unimplemented(
    message = "this method needs the feature `pool` of kymo, which is off",
    label = "kymo is built without `pool`",
    note = "add \"pool\" to the features of kymo in Cargo.toml"
)]
pub trait WithPool<'a> {}

#[doc(hidden)]
impl Telemetry {
    pub fn pool<A, B, C>(&self, _: A, _: B, _: C)
    where
        for<'a> Self: WithPool<'a>,
    {
    }
}
