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
    /// Runs a piece of the measured code, of which the first starts the attempt.
    fn run<T>(&mut self, piece: impl FnOnce() -> T) -> T;
}

impl<R: Record, M: Moment> Watch for Attempt<R, M> {
    fn run<T>(&mut self, piece: impl FnOnce() -> T) -> T {
        self.start();
        Self::run(self, piece)
    }
}

impl<W: Watch> Watch for &mut W {
    fn run<T>(&mut self, piece: impl FnOnce() -> T) -> T {
        W::run(self, piece)
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
                this.watch.run(|| this.future.set(None));
            }
        }
    }
}

impl<F, W: Watch> Watched<F, W> {
    /// `future`, inside of what `watch` runs.
    pub fn new(future: F, watch: W) -> Self {
        Self { future: Some(future), was_polled: false, watch }
    }

    /// Whoever runs the future.
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
        this.watch.run(|| future.poll(context))
    }
}

impl<F, W: Watch> fmt::Debug for Watched<F, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched").finish_non_exhaustive()
    }
}
