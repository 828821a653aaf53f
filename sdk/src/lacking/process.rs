//! The methods of the feature `process`, which is off: the process and its runtimes.

use crate::{InjectedBuilder, Telemetry, TelemetryBuilder};

/// Nobody has it: the feature is off.
#[diagnostic::on_unimplemented(
    message = "this method needs the feature `process` of kymo, which is off",
    label = "kymo is built without `process`",
    note = "add \"process\" to the features of kymo in Cargo.toml"
)]
pub trait WithProcess<'a> {}

#[doc(hidden)]
impl TelemetryBuilder {
    pub fn process(self) -> Self
    where
        for<'a> Self: WithProcess<'a>,
    {
        self
    }

    pub fn process_classic_names(self) -> Self
    where
        for<'a> Self: WithProcess<'a>,
    {
        self
    }
}

#[doc(hidden)]
impl Telemetry {
    pub fn tokio_runtime<A, B>(&self, _: A, _: B)
    where
        for<'a> Self: WithProcess<'a>,
    {
    }

    pub fn build_info<A>(&self, _: A)
    where
        for<'a> Self: WithProcess<'a>,
    {
    }
}

#[doc(hidden)]
impl InjectedBuilder {
    pub fn process(self) -> Self
    where
        for<'a> Self: WithProcess<'a>,
    {
        self
    }

    pub fn process_classic_names(self) -> Self
    where
        for<'a> Self: WithProcess<'a>,
    {
        self
    }
}
