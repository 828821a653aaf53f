//! The methods of the feature `sqlx`, which is off: databases.

use crate::Telemetry;

/// Nobody has it: the feature is off.
#[diagnostic::on_unimplemented(
    message = "this method needs the feature `sqlx` of kymo, which is off",
    label = "kymo is built without `sqlx`",
    note = "add \"sqlx\" to the features of kymo in Cargo.toml"
)]
pub trait WithSqlx<'a> {}

#[doc(hidden)]
impl Telemetry {
    pub fn sqlx<A>(&self, _: A)
    where
        for<'a> Self: WithSqlx<'a>,
    {
    }

    pub fn sqlx_with<A, B>(&self, _: A, _: B)
    where
        for<'a> Self: WithSqlx<'a>,
    {
    }
}
