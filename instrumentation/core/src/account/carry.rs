//! A future that carries the account of the work that made it.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Instant,
};

use pin_project_lite::pin_project;

use super::{
    entries::{Entries, nanoseconds},
    lent::{Lent, lock},
};

/// Hands the account of the request, or of the other unit of work, that this is called in over to `future`: what
/// that asks for is entered there, wherever it is polled, until the request has ended.
///
/// Without it, what a handler spawns is outside: nobody waits for it. Outside of any such work it does nothing. What
/// ends after the request is outside, too. The polls of `future` itself are no time of the request; its queries are.
///
/// ```
/// # async fn index() {}
/// # fn spawn(_future: impl Future + Send + 'static) {}
/// # async fn handler() {
/// spawn(kymo_core::carry(index()));
/// # }
/// ```
pub fn carry<F>(future: F) -> Carried<F> {
    Carried { future: Some(future), entries: Lent::share() }
}

pin_project! {
    /// Polls and drops a future with the account that it carries; see [`carry`].
    ///
    /// Polled after its output, it does what the future does.
    #[must_use = "futures do nothing unless they are polled"]
    pub struct Carried<F> {
        #[pin]
        future: Option<F>,
        entries: Option<Arc<Mutex<Entries>>>,
    }

    impl<F> PinnedDrop for Carried<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let _lent = Carrying::of(this.entries.as_ref());
            this.future.set(None);
        }
    }
}

impl<F: Future> Future for Carried<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        // It is there until this is dropped.
        let Some(future) = this.future.as_pin_mut() else { return Poll::Pending };
        let _lent = Carrying::of(this.entries.as_ref());
        future.poll(context)
    }
}

impl<F> fmt::Debug for Carried<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Carried").finish_non_exhaustive()
    }
}

/// A thread has the account until this is dropped, be it by unwinding.
struct Carrying<'e> {
    entries: &'e Mutex<Entries>,
    before: Option<Lent>,
    since: Instant,
}

impl<'e> Carrying<'e> {
    fn of(entries: Option<&'e Arc<Mutex<Entries>>>) -> Option<Self> {
        let entries = entries?;
        let before = Some(Lent::Shared(Arc::clone(entries)).replace());
        Some(Self { entries, before, since: Instant::now() })
    }
}

impl Drop for Carrying<'_> {
    fn drop(&mut self) {
        let poll = nanoseconds(self.since.elapsed());
        {
            let mut entries = lock(self.entries);
            entries.longest_poll = entries.longest_poll.max(poll);
        }
        self.before.take().map(Lent::replace);
    }
}
