//! The methods of the feature `migrations`, which is off: migrations of sqlx.

use crate::Telemetry;

/// Nobody has it: the feature is off.
#[diagnostic::on_unimplemented(
    message = "this method needs the feature `migrations` of kymo, which is off",
    label = "kymo is built without `migrations`",
    note = "add \"migrations\" to the features of kymo in Cargo.toml"
)]
pub trait WithMigrations<'a> {}

#[doc(hidden)]
impl Telemetry {
    pub fn migrations<A>(&self, _: A)
    where
        for<'a> Self: WithMigrations<'a>,
    {
    }
}
