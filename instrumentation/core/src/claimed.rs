//! A future that runs under a claim.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use crate::Claim;

pin_project! {
    /// Polls and drops a future under a [`Claim`]; see [`Claim::around`].
    ///
    /// Polled after its output, it does what the future does.
    #[must_use = "futures do nothing unless they are polled"]
    pub struct Claimed<F> {
        #[pin]
        future: Option<F>,
        claim: Claim,
        is_carried: bool,
    }

    impl<F> PinnedDrop for Claimed<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            run(*this.claim, *this.is_carried, || this.future.set(None));
        }
    }
}

impl<F> Claimed<F> {
    pub(crate) fn new(claim: Claim, is_carried: bool, future: F) -> Self {
        Self { future: Some(future), claim, is_carried }
    }
}

impl<F: Future> Future for Claimed<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        // It is there until this is dropped.
        let Some(future) = this.future.as_pin_mut() else { return Poll::Pending };
        run(*this.claim, *this.is_carried, || future.poll(context))
    }
}

fn run<T>(claim: Claim, is_carried: bool, piece: impl FnOnce() -> T) -> T {
    if is_carried { claim.run_carried(piece) } else { claim.run(piece) }
}

impl<F> fmt::Debug for Claimed<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claimed").field("claim", &self.claim).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, future::pending, pin::pin, rc::Rc, task::Waker};

    use super::*;

    type Seen = Rc<RefCell<Vec<bool>>>;

    /// Sees whether it is claimed where it is dropped.
    struct Seeing(Seen);

    impl Drop for Seeing {
        fn drop(&mut self) {
            self.0.borrow_mut().push(Claim::Lending.is_made());
        }
    }

    async fn see(seen: Seen) {
        let seeing = Seeing(seen);
        seeing.0.borrow_mut().push(Claim::Lending.is_made());
        pending::<()>().await;
    }

    #[test]
    fn a_future_is_claimed_while_it_is_polled_and_while_it_is_dropped() {
        for around in [Claim::around, Claim::around_carried] {
            let seen = Seen::default();
            {
                let mut running = pin!(around(Claim::Lending, see(Rc::clone(&seen))));
                let mut context = Context::from_waker(Waker::noop());
                assert!(running.as_mut().poll(&mut context).is_pending());
                assert!(!Claim::Lending.is_made());
            }
            assert_eq!(*seen.borrow(), [true, true]);
            assert!(!Claim::Lending.is_made());
        }
    }
}
