//! The service of the layer that measures handlers.

use std::{
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::Request;
use kymo_core::{Layer, Outcome};
use tower_service::Service;

use super::{future::HandlerFuture, instruments::HandlerInstruments};
use crate::{RequestHead, other_axum, readiness::Readiness};

/// A handler whose time is measured; see [`HandlerLayer`](crate::HandlerLayer).
#[derive(Debug, Clone)]
pub struct MeasuredHandler<S> {
    inner: S,
    instruments: Arc<HandlerInstruments>,
    readiness: Readiness<Arc<HandlerInstruments>>,
}

impl<S> MeasuredHandler<S> {
    pub(super) fn new(inner: S, instruments: Arc<HandlerInstruments>) -> Self {
        Self { inner, instruments, readiness: Readiness::default() }
    }
}

impl<S, B> Service<Request<B>> for MeasuredHandler<S>
where
    S: Service<Request<B>>,
    B: 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = HandlerFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        let Self { inner, instruments, readiness } = self;
        // How a handler's time ended is not told.
        readiness.ask(instruments, || inner.poll_ready(cx), |_| Outcome::default())
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let is_first = request.extensions_mut().insert(HandlerMeasured).is_none();
        let mut wait = self.readiness.call();
        let attempt = is_first.then(|| {
            let head = RequestHead::of(&request);
            other_axum::warn_of::<B>(|| head.matched_path().is_some());
            let waited = wait.as_mut().map_or(Duration::ZERO, |wait| wait.lasted());
            self.instruments.start(&head, waited)
        });
        let _inside = Layer::Handler.enter();
        HandlerFuture::new(self.inner.call(request), attempt)
    }
}

/// Marks a request whose handler an outer layer already measures.
#[derive(Debug, Clone, Copy)]
struct HandlerMeasured;
