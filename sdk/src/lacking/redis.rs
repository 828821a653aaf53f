//! The methods of the feature `redis`, which is off: Redis.

use crate::Telemetry;

/// Nobody has it: the feature is off.
#[diagnostic::on_unimplemented(
    message = "this method needs the feature `redis` of kymo, which is off",
    label = "kymo is built without `redis`",
    note = "add \"redis\" to the features of kymo in Cargo.toml"
)]
pub trait WithRedis<'a> {}

#[doc(hidden)]
impl Telemetry {
    pub fn redis<A>(&self, _: A)
    where
        for<'a> Self: WithRedis<'a>,
    {
    }

    pub fn redis_with<A, B>(&self, _: A, _: B)
    where
        for<'a> Self: WithRedis<'a>,
    {
    }

    pub fn redis_handle<A>(&self, _: A)
    where
        for<'a> Self: WithRedis<'a>,
    {
    }
}
