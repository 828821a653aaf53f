//! A future that runs inside an attempt.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use crate::{Attempt, Moment, Record};

/// Runs measured code inside an attempt: the [`Attempt`] itself, or its holder.
pub trait Watch {
    /// The measured code is about to run for the first time, or again.
    fn enter(&mut self);

    /// The measured code came back.
    fn leave(&mut self);
}

impl<R: Record, M: Moment> Watch for Attempt<R, M> {
    fn enter(&mut self) {
        self.start();
        Self::enter(self);
    }

    fn leave(&mut self) {
        Self::leave(self);
    }
}

impl<W: Watch> Watch for &mut W {
    fn enter(&mut self) {
        W::enter(self);
    }

    fn leave(&mut self) {
        W::leave(self);
    }
}

pin_project! {
    /// Polls and drops a future inside an [`Attempt`]; see [`Attempt::watch`].
    ///
    /// Polled after its output, it does what the future does. A future that was never polled is dropped
    /// outside, since its attempt never started.
    #[must_use = "futures do nothing unless they are polled"]
    pub struct Watched<F, W: Watch> {
        #[pin]
        future: Option<F>,
        was_polled: bool,
        watch: W,
    }

    impl<F, W: Watch> PinnedDrop for Watched<F, W> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if *this.was_polled {
                this.watch.enter();
                this.future.set(None);
                this.watch.leave();
            }
        }
    }
}

impl<F, W: Watch> Watched<F, W> {
    /// `future`, inside of what `watch` enters and leaves.
    pub fn new(future: F, watch: W) -> Self {
        Self { future: Some(future), was_polled: false, watch }
    }

    /// Whoever enters and leaves.
    pub fn watch_mut(self: Pin<&mut Self>) -> &mut W {
        self.project().watch
    }
}

impl<F: Future, W: Watch> Future for Watched<F, W> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        // It is there until this is dropped.
        let Some(future) = this.future.as_pin_mut() else { return Poll::Pending };
        *this.was_polled = true;
        this.watch.enter();
        let polled = future.poll(context);
        this.watch.leave();
        polled
    }
}

impl<F, W: Watch> fmt::Debug for Watched<F, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched").finish_non_exhaustive()
    }
}
