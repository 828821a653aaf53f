//! The bodies of a measured request and its response.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::{exchange::Exchange, mark};

pin_project! {
    /// A request's body that counts the bytes the service reads from it, and changes nothing.
    #[derive(Debug)]
    pub struct MeasuredRequestBody<B> {
        #[pin]
        inner: B,
        bytes: Option<Arc<AtomicU64>>,
        // Whether its request is measured; one that is skipped has this type, too.
        is_measured: bool,
    }
}

impl<B> MeasuredRequestBody<B> {
    /// The body of a measured request, which counts its bytes if there are any to count.
    pub(crate) fn measured(inner: B, bytes: Option<Arc<AtomicU64>>) -> Self {
        Self { inner, bytes, is_measured: true }
    }

    /// The body of a request that this layer does not measure.
    pub(crate) fn unmeasured(inner: B) -> Self {
        Self { inner, bytes: None, is_measured: false }
    }
}

impl<B: Body> Body for MeasuredRequestBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let this = self.project();
        let frame = ready!(this.inner.poll_frame(cx));
        if let (Some(bytes), Some(Ok(frame))) = (this.bytes, &frame) {
            bytes.fetch_add(data_len(frame) as u64, Ordering::Relaxed);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        if self.is_measured {
            mark::answer();
        }
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl<B: Default> Default for MeasuredRequestBody<B> {
    /// A body of no request: it counts nothing.
    fn default() -> Self {
        Self::unmeasured(B::default())
    }
}

/// The body of a measured request that has none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MeasuredEmptyBody;

impl Body for MeasuredEmptyBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        mark::answer();
        true
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(0)
    }
}

pin_project! {
    /// A response's body that carries the exchange to its end, and changes nothing.
    ///
    /// The exchange is recorded when the last frame was handed over, when a frame is an error, or
    /// when the body is dropped before either.
    #[derive(Debug)]
    pub struct MeasuredResponseBody<B> {
        // Always there, until it is dropped.
        #[pin]
        inner: Option<B>,
        exchange: Option<Box<Exchange>>,
    }

    impl<B> PinnedDrop for MeasuredResponseBody<B> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            // What it unwinds with while it is dropped is a panic, too.
            if let Some(exchange) = this.exchange {
                exchange.enter();
                this.inner.set(None);
                exchange.leave();
            }
        }
    }
}

impl<B> MeasuredResponseBody<B> {
    pub(crate) fn new(inner: B, exchange: Option<Box<Exchange>>) -> Self {
        Self { inner: Some(inner), exchange }
    }
}

impl<B> Body for MeasuredResponseBody<B>
where
    B: Body,
    B::Error: 'static,
{
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let this = self.project();
        let Some(mut inner) = this.inner.as_pin_mut() else { return Poll::Ready(None) };
        let Some(exchange) = this.exchange.as_mut() else {
            return inner.poll_frame(cx);
        };
        exchange.enter();
        let polled = inner.as_mut().poll_frame(cx);
        let end = match &polled {
            Poll::Pending => None,
            Poll::Ready(None) => Some(End::Complete),
            Poll::Ready(Some(Err(error))) => Some(End::Failed(error)),
            Poll::Ready(Some(Ok(frame))) => {
                exchange.sent(data_len(frame));
                // Trailers are the last frame there is; a server need not ask for more.
                let is_last = frame.is_trailers() || inner.is_end_stream();
                is_last.then_some(End::Complete)
            }
        };
        exchange.leave();
        let Some(end) = end else {
            exchange.await_more();
            return polled;
        };
        match (this.exchange.take(), end) {
            (Some(exchange), End::Complete) => exchange.complete(),
            (Some(exchange), End::Failed(error)) => exchange.fail_body(error),
            (None, _) => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.as_ref().map_or_else(SizeHint::default, Body::size_hint)
    }
}

impl<B: Default> Default for MeasuredResponseBody<B> {
    /// A body of no exchange: it records nothing.
    fn default() -> Self {
        Self::new(B::default(), None)
    }
}

/// How a body ended.
enum End<'a, E> {
    Complete,
    Failed(&'a E),
}

fn data_len<D: Buf>(frame: &Frame<D>) -> usize {
    frame.data_ref().map_or(0, Buf::remaining)
}
