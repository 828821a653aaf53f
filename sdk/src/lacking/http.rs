//! The methods of the feature `http`, which is off: HTTP servers.

use crate::{Telemetry, TelemetryBuilder};

/// Nobody has it: the feature is off.
#[diagnostic::on_unimplemented(
    message = "this method needs the feature `http` of kymo, which is off",
    label = "kymo is built without `http`",
    note = "add \"http\" to the features of kymo in Cargo.toml"
)]
pub trait WithHttp<'a> {}

#[doc(hidden)]
impl Telemetry {
    pub fn http(&self)
    where
        for<'a> Self: WithHttp<'a>,
    {
    }

    pub fn http_named<A>(&self, _: A)
    where
        for<'a> Self: WithHttp<'a>,
    {
    }

    pub fn http_handler(&self)
    where
        for<'a> Self: WithHttp<'a>,
    {
    }
}

#[doc(hidden)]
impl TelemetryBuilder {
    pub fn also_named<A>(self, _: A) -> Self
    where
        for<'a> Self: WithHttp<'a>,
    {
        self
    }
}
