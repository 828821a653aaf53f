//! The methods of the feature `sqlx-events`, which is off: databases by the events of sqlx.

use crate::Telemetry;

/// Nobody has it: the feature is off.
#[diagnostic::on_unimplemented(
    message = "this method needs the feature `sqlx-events` of kymo, which is off",
    label = "kymo is built without `sqlx-events`",
    note = "add \"sqlx-events\" to the features of kymo in Cargo.toml"
)]
pub trait WithSqlxEvents<'a> {}

#[doc(hidden)]
impl Telemetry {
    pub fn sqlx_events(&self)
    where
        for<'a> Self: WithSqlxEvents<'a>,
    {
    }

    pub fn sqlx_events_with<A>(&self, _: A)
    where
        for<'a> Self: WithSqlxEvents<'a>,
    {
    }
}
