//! A future that runs inside an attempt.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use pin_project_lite::pin_project;

use crate::{Attempt, Record};

pin_project! {
    /// Polls and drops a future inside an [`Attempt`]; see [`Attempt::watch`].
    ///
    /// The future is dropped as soon as it has its output, or with this. It must not be polled after
    /// that: it is then pending for ever.
    #[must_use = "futures do nothing unless they are polled"]
    pub struct Watched<'a, F, R: Record> {
        #[pin]
        future: Option<F>,
        attempt: &'a mut Attempt<R>,
    }

    impl<F, R: Record> PinnedDrop for Watched<'_, F, R> {
        fn drop(this: Pin<&mut Self>) {
            this.end();
        }
    }
}

impl<'a, F: Future, R: Record> Watched<'a, F, R> {
    pub(crate) fn new(future: F, attempt: &'a mut Attempt<R>) -> Self {
        Self { future: Some(future), attempt }
    }
}

impl<F, R: Record> Watched<'_, F, R> {
    /// Drops the future, if it is still there, inside the attempt.
    fn end(self: Pin<&mut Self>) {
        let mut this = self.project();
        if this.future.is_some() {
            this.attempt.run(|| this.future.set(None));
        }
    }
}

impl<F: Future, R: Record> Future for Watched<'_, F, R> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.as_mut().project();
        let Some(future) = this.future.as_pin_mut() else { return Poll::Pending };
        let output = ready!(this.attempt.poll(future, context));
        self.end();
        Poll::Ready(output)
    }
}

impl<F, R: Record> fmt::Debug for Watched<'_, F, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched").finish_non_exhaustive()
    }
}
