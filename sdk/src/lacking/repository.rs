//! The methods of the feature `repository`, which is off: repositories.

use crate::Telemetry;

/// Nobody has it: the feature is off.
#[diagnostic::on_unimplemented(
    message = "this method needs the feature `repository` of kymo, which is off",
    label = "kymo is built without `repository`",
    note = "add \"repository\" to the features of kymo in Cargo.toml"
)]
pub trait WithRepository<'a> {}

#[doc(hidden)]
impl Telemetry {
    pub fn repository<A>(&self, _: A)
    where
        for<'a> Self: WithRepository<'a>,
    {
    }

    pub fn repository_of<A: ?Sized>(&self)
    where
        for<'a> Self: WithRepository<'a>,
    {
    }
}
