//! The future of a measured handler.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use kymo_core::{Attempt, Layer};
use pin_project_lite::pin_project;

use super::series::HandlerTime;

pin_project! {
    /// The future of [`MeasuredHandler`](crate::MeasuredHandler): records when the handler returns or is dropped.
    #[derive(Debug)]
    pub struct HandlerFuture<F> {
        #[pin]
        inner: F,
        attempt: Option<Attempt<HandlerTime>>,
    }
}

impl<F> HandlerFuture<F> {
    pub(super) fn new(inner: F, attempt: Option<Attempt<HandlerTime>>) -> Self {
        Self { inner, attempt }
    }
}

impl<F: Future> Future for HandlerFuture<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let inside = Layer::Handler.enter();
        let polled = this.inner.poll(cx);
        drop(inside);
        let output = ready!(polled);
        drop(this.attempt.take());
        Poll::Ready(output)
    }
}
