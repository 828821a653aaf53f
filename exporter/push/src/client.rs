//! Connections, made when they are needed.
//!
//! One client for both protocols, over the cryptography of our choice: what would be a transport of
//! its own in `tonic` is a service of `hyper-util` here.

use std::{
    error::Error as StdError,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use http_body::Body;
use rustls::ClientConfig;

use crate::{
    Destination, Error,
    endpoint::Endpoint,
    export::Receipt,
    failure::{Failure, Kind},
    session::Session,
    tls,
    wire::{Cut, Wire},
};

/// Connections to one destination, made when they are needed, on a thread of their own.
pub(crate) struct Client<B> {
    tls: ClientConfig,
    http2: bool,
    current: Mutex<Arc<Session<B>>>,
    wire: Wire,
}

impl<B> Client<B>
where
    B: Body + Send + 'static,
    B::Data: Send,
{
    /// A client that speaks nothing but HTTP/2, or nothing but HTTP/1.1.
    pub(crate) fn new(
        destination: &Destination,
        endpoint: &Endpoint,
        http2: bool,
    ) -> Result<Self, Error> {
        let tls = tls::config(destination, endpoint.encrypted)?;
        let current = Mutex::new(Arc::new(Session::new(tls.clone(), http2)));
        Ok(Self { tls, http2, current, wire: Wire::start()? })
    }

    /// Tries by `once` with the connections there are, of which it may receive one answer.
    pub(crate) async fn try_with<F>(
        &self,
        once: impl FnOnce(Arc<Session<B>>) -> F,
    ) -> Result<Receipt, Failure>
    where
        F: Future<Output = Result<Receipt, Failure>>,
    {
        let session = Arc::clone(&self.current.lock().unwrap_or_else(PoisonError::into_inner));
        let allowance = Arc::clone(&session.allowance);
        allowance.renew();
        let mut leaving = Leaving { client: self, leaves: true };
        let outcome = once(session).await;
        let outcome = outcome.map_err(|failure| match failure.kind {
            Kind::Connection | Kind::Timeout if allowance.is_spent() => Failure {
                status: failure.status,
                ..Failure::new(Kind::TooLarge, "the answer was longer than 4 MiB")
            },
            _ => failure,
        });
        leaving.leaves = matches!(
            outcome,
            Err(Failure { kind: Kind::Timeout | Kind::Connection | Kind::TooLarge, .. })
        );
        outcome
    }

    /// Does `work` on the thread of the connections, until `deadline`.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
        deadline: Instant,
    ) -> Result<T, Failure> {
        self.wire.run(work, deadline).await.map_err(|cut| match cut {
            Cut::Late => Failure::new(Kind::Timeout, "there was no answer in time"),
            Cut::Panicked => Failure::new(Kind::Panic, "the export panicked"),
        })
    }

    /// Leaves the connections there are: nothing was heard on one, or too much.
    fn renew(&self) {
        let fresh = Arc::new(Session::new(self.tls.clone(), self.http2));
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
    }
}

/// A try, whose connections are left when it is dropped: also when nobody waits any longer for what
/// hangs there.
struct Leaving<'a, B>
where
    B: Body + Send + 'static,
    B::Data: Send,
{
    client: &'a Client<B>,
    leaves: bool,
}

impl<B> Drop for Leaving<'_, B>
where
    B: Body + Send + 'static,
    B::Data: Send,
{
    fn drop(&mut self) {
        if self.leaves {
            self.client.renew();
        }
    }
}

/// An error with all of its causes, outermost first.
pub(crate) fn causes(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let further = error.to_string();
        if !text.ends_with(&further) {
            text = format!("{text}: {further}");
        }
        cause = error.source();
    }
    text
}
