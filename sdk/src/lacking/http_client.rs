//! The methods of the feature `http-client`, which is off: HTTP clients.

use crate::Telemetry;

/// Nobody has it: the feature is off.
#[diagnostic::on_unimplemented(
    message = "this method needs the feature `http-client` of kymo, which is off",
    label = "kymo is built without `http-client`",
    note = "add \"http-client\" to the features of kymo in Cargo.toml"
)]
pub trait WithHttpClient<'a> {}

#[doc(hidden)]
impl Telemetry {
    pub fn http_client(&self)
    where
        for<'a> Self: WithHttpClient<'a>,
    {
    }

    pub fn http_client_named<A>(&self, _: A)
    where
        for<'a> Self: WithHttpClient<'a>,
    {
    }
}
