//! The methods of the feature `cache`, which is off: caches.

use crate::Telemetry;

/// Nobody has it: the feature is off.
#[diagnostic::on_unimplemented(
    message = "this method needs the feature `cache` of kymo, which is off",
    label = "kymo is built without `cache`",
    note = "add \"cache\" to the features of kymo in Cargo.toml"
)]
pub trait WithCache<'a> {}

#[doc(hidden)]
impl Telemetry {
    pub fn cache<A>(&self, _: A)
    where
        for<'a> Self: WithCache<'a>,
    {
    }
}
