//! The methods of the feature `resource`, which is off: detectors of the host, the container and the pod.

use crate::TelemetryBuilder;

/// Nobody has it: the feature is off.
#[diagnostic::on_unimplemented(
    message = "this method needs the feature `resource` of kymo, which is off",
    label = "kymo is built without `resource`",
    note = "add \"resource\" to the features of kymo in Cargo.toml"
)]
pub trait WithResource<'a> {}

#[doc(hidden)]
impl TelemetryBuilder {
    pub fn detect_host(self) -> Self
    where
        for<'a> Self: WithResource<'a>,
    {
        self
    }

    pub fn detect_process(self) -> Self
    where
        for<'a> Self: WithResource<'a>,
    {
        self
    }

    pub fn detect_container(self) -> Self
    where
        for<'a> Self: WithResource<'a>,
    {
        self
    }

    pub fn detect_kubernetes(self) -> Self
    where
        for<'a> Self: WithResource<'a>,
    {
        self
    }
}
