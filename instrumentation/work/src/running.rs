//! A unit of work that runs.

use std::{
    fmt,
    future::Future,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll, ready},
};

use kymo_core::{Bounded, Outcome, Watched};
use pin_project_lite::pin_project;

use crate::{work::Work, work_metrics::Shared};

pin_project! {
    /// A future that is measured from its first poll; `C` tells how it ended.
    #[must_use = "futures do nothing unless they are polled"]
    pub(crate) struct Running<F, C> {
        #[pin]
        future: Watched<F, Work>,
        outcome: Option<C>,
    }
}

impl<F: Future, C> Running<F, C>
where
    C: FnOnce(&Shared, &F::Output) -> Outcome,
{
    pub(crate) fn new(future: F, work: Work, outcome: C) -> Self {
        Self { future: Watched::new(future, work), outcome: Some(outcome) }
    }
}

impl<F: Future, C> Future for Running<F, C>
where
    C: FnOnce(&Shared, &F::Output) -> Outcome,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        let answer = ready!(this.future.as_mut().poll(context));
        if let Some(outcome) = this.outcome.take() {
            let work = this.future.watch_mut();
            // The program's own code names the error; should it panic, there is an error without a name.
            let outcome = catch_unwind(AssertUnwindSafe(|| outcome(work.shared(), &answer)));
            work.end(outcome.unwrap_or_else(|panic| {
                // It may panic again when it is dropped.
                mem::forget(panic);
                Outcome::Failed(Bounded::OTHER)
            }));
        }
        Poll::Ready(answer)
    }
}

impl<F, C> fmt::Debug for Running<F, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").finish_non_exhaustive()
    }
}
