//! The body of a measured response.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::{exchange::Exchange, frame::data_len};

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
                exchange.run(|| this.inner.set(None));
            }
        }
    }
}

impl<B> MeasuredResponseBody<B> {
    pub(crate) fn new(inner: B, exchange: Option<Box<Exchange>>) -> Self {
        Self { inner: Some(inner), exchange }
    }

    /// The body of a response that this layer does not measure.
    pub(crate) fn unmeasured(inner: B) -> Self {
        Self::new(inner, None)
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
        let is_timed = !exchange.is_at_hand();
        let running = if is_timed { exchange.enter() } else { exchange.enter_untimed() };
        let polled = inner.as_mut().poll_frame(cx);
        let (bytes, is_last) = match &polled {
            // Trailers are the last frame there is; a server need not ask for more.
            Poll::Ready(Some(Ok(frame))) => {
                (data_len(frame), frame.is_trailers() || inner.is_end_stream())
            }
            _ => (0, false),
        };
        if is_timed {
            running.leave();
        } else {
            running.leave_untimed();
        }
        exchange.sent(bytes);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            exchange.read(frame, bytes);
        }
        match &polled {
            Poll::Ready(None) => exchange.complete(),
            Poll::Ready(Some(Err(error))) => exchange.fail_body(error),
            Poll::Ready(Some(Ok(_))) if is_last => exchange.complete(),
            Poll::Ready(Some(Ok(_))) | Poll::Pending => {
                exchange.await_more();
                return polled;
            }
        }
        *this.exchange = None;
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
