//! The methods of the feature `sea-orm`, which is off: connections of sea-orm.

use crate::Telemetry;

/// Nobody has it: the feature is off.
#[diagnostic::on_unimplemented(
    message = "this method needs the feature `sea-orm` of kymo, which is off",
    label = "kymo is built without `sea-orm`",
    note = "add \"sea-orm\" to the features of kymo in Cargo.toml"
)]
pub trait WithSeaOrm<'a> {}

#[doc(hidden)]
impl Telemetry {
    pub fn sea_orm<A>(&self, _: A)
    where
        for<'a> Self: WithSeaOrm<'a>,
    {
    }

    pub fn sea_orm_with<A, B>(&self, _: A, _: B)
    where
        for<'a> Self: WithSeaOrm<'a>,
    {
    }
}
