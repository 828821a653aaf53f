//! The methods of the feature `otlp`, which is off: pushes.

use crate::TelemetryBuilder;

/// Nobody has it: the feature is off.
#[diagnostic::on_unimplemented(
    message = "this method needs the feature `otlp` of kymo, which is off",
    label = "kymo is built without `otlp`",
    note = "add \"otlp\" to the features of kymo in Cargo.toml"
)]
pub trait WithOtlp<'a> {}

#[doc(hidden)]
impl TelemetryBuilder {
    pub fn otlp(self) -> Self
    where
        for<'a> Self: WithOtlp<'a>,
    {
        self
    }

    pub fn otlp_with<A>(self, _: A) -> Self
    where
        for<'a> Self: WithOtlp<'a>,
    {
        self
    }

    pub fn console(self) -> Self
    where
        for<'a> Self: WithOtlp<'a>,
    {
        self
    }
}
