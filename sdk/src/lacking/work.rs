//! The method of the feature `work`, which is off: units of work.

use crate::Telemetry;

/// Nobody has it: the feature is off.
#[diagnostic::on_unimplemented(
    message = "this method needs the feature `work` of kymo, which is off",
    label = "kymo is built without `work`",
    note = "add \"work\" to the features of kymo in Cargo.toml"
)]
pub trait WithWork<'a> {}

#[doc(hidden)]
impl Telemetry {
    pub fn unit_of_work<A>(&self, _: A)
    where
        for<'a> Self: WithWork<'a>,
    {
    }
}
