//! The methods of the feature `config-file`, which is off: OpenTelemetry's declarative configuration.

use crate::{InjectedBuilder, TelemetryBuilder};

/// Nobody has it: the feature is off.
#[diagnostic::on_unimplemented(
    message = "this method needs the feature `config-file` of kymo, which is off",
    label = "kymo is built without `config-file`",
    note = "add \"config-file\" to the features of kymo in Cargo.toml"
)]
pub trait WithConfigFile<'a> {}

#[doc(hidden)]
impl TelemetryBuilder {
    pub fn config_file<A>(self, _: A) -> Self
    where
        for<'a> Self: WithConfigFile<'a>,
    {
        self
    }
}

#[doc(hidden)]
impl InjectedBuilder {
    pub fn config_file<A>(self, _: A) -> Self
    where
        for<'a> Self: WithConfigFile<'a>,
    {
        self
    }
}
