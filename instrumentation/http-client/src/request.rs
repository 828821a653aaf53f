//! A request of a client that is no tower service.

use std::future::Future;

use crate::{exchange::Exchange, future::ClientFuture};

/// A request that has begun, of a client that is no tower service; see [`ClientLayer::begin`].
///
/// It is a cancellation until its response has ended, also if it never gets one.
///
/// [`ClientLayer::begin`]: crate::ClientLayer::begin
#[derive(Debug)]
#[must_use = "dropping it at once says that the request was cancelled"]
pub struct ClientRequest(Box<Exchange>);

impl ClientRequest {
    pub(crate) fn new(exchange: Box<Exchange>) -> Self {
        Self(exchange)
    }

    /// Measures `response`, which is the whole of the client's call.
    pub fn answered_by<F: Future>(self, response: F) -> ClientFuture<F> {
        ClientFuture::new(response, Some(self.0))
    }
}
