//! The methods of the feature `prometheus`, which is off: scrapes.

use crate::{InjectedBuilder, Telemetry, TelemetryBuilder};

/// Nobody has it: the feature is off.
#[diagnostic::on_unimplemented(
    message = "this method needs the feature `prometheus` of kymo, which is off",
    label = "kymo is built without `prometheus`",
    note = "add \"prometheus\" to the features of kymo in Cargo.toml"
)]
pub trait WithPrometheus<'a> {}

#[doc(hidden)]
impl TelemetryBuilder {
    pub fn prometheus(self) -> Self
    where
        for<'a> Self: WithPrometheus<'a>,
    {
        self
    }

    pub fn registry<A>(self, _: A) -> Self
    where
        for<'a> Self: WithPrometheus<'a>,
    {
        self
    }

    pub fn bridge<A>(self, _: A) -> Self
    where
        for<'a> Self: WithPrometheus<'a>,
    {
        self
    }

    pub fn access<A>(self, _: A) -> Self
    where
        for<'a> Self: WithPrometheus<'a>,
    {
        self
    }

    pub fn listen<H>(self, _: H, _: u16) -> Self
    where
        for<'a> Self: WithPrometheus<'a>,
    {
        self
    }

    pub fn namespace(self, _: &str) -> Self
    where
        for<'a> Self: WithPrometheus<'a>,
    {
        self
    }

    pub fn translation<T>(self, _: T) -> Self
    where
        for<'a> Self: WithPrometheus<'a>,
    {
        self
    }

    pub fn without_target_info(self) -> Self
    where
        for<'a> Self: WithPrometheus<'a>,
    {
        self
    }

    pub fn without_scope_info(self) -> Self
    where
        for<'a> Self: WithPrometheus<'a>,
    {
        self
    }
}

#[doc(hidden)]
impl Telemetry {
    pub fn endpoint(&self)
    where
        for<'a> Self: WithPrometheus<'a>,
    {
    }

    pub fn serve(&self)
    where
        for<'a> Self: WithPrometheus<'a>,
    {
    }

    pub fn serve_on<A>(&self, _: A)
    where
        for<'a> Self: WithPrometheus<'a>,
    {
    }

    pub fn bridge(&self)
    where
        for<'a> Self: WithPrometheus<'a>,
    {
    }
}

#[doc(hidden)]
impl InjectedBuilder {
    pub fn bridge<A>(self, _: A) -> Self
    where
        for<'a> Self: WithPrometheus<'a>,
    {
        self
    }

    pub fn access<A>(self, _: A) -> Self
    where
        for<'a> Self: WithPrometheus<'a>,
    {
        self
    }

    pub fn listen<H>(self, _: H, _: u16) -> Self
    where
        for<'a> Self: WithPrometheus<'a>,
    {
        self
    }
}
