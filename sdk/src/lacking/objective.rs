//! The methods of the features `http` and `prometheus`, of which one is off: objectives.

use crate::{Telemetry, TelemetryBuilder};

/// Nobody has it: a feature is off.
#[diagnostic::on_unimplemented(
    message = "this method needs the features `http` and `prometheus` of kymo, of which one is off",
    label = "kymo is built without both",
    note = "add \"http\" and \"prometheus\" to the features of kymo in Cargo.toml"
)]
pub trait WithObjectives<'a> {}

#[doc(hidden)]
impl TelemetryBuilder {
    pub fn objective<A>(self, _: A) -> Self
    where
        for<'a> Self: WithObjectives<'a>,
    {
        self
    }
}

#[doc(hidden)]
impl Telemetry {
    pub fn rules(&self)
    where
        for<'a> Self: WithObjectives<'a>,
    {
    }
}
