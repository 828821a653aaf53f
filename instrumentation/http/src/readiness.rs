//! The memory of a service that was asked whether it is ready.
//!
//! Middleware inside a layer may let requests queue while it is asked for its readiness, as tower's
//! limits do. There is no request to look at then, only somebody who waits. axum and hyper clone a
//! service for each request, ask the clone until it is ready, and call it: so the first wait of a
//! service is that of its first request, and a service that is dropped while it is waited for takes
//! a request with it. What was called once may be asked ahead of any request, and tells nothing.
//!
//! A layer that is asked by what another of its kind measures, be it while that one is asked or while
//! it answers, as a router asks, leaves the wait to the outer one.

use std::{
    fmt,
    task::Poll,
    time::{Duration, Instant},
};

use kymo_core::{Inside, Outcome};

/// Where those who wait are counted.
pub(crate) trait Queue: Clone {
    /// One who waits, until it is dropped.
    type Place;

    /// Counts one more who waits.
    fn join(&self) -> Self::Place;

    /// Records one who waited since `since`, and whose request will not arrive.
    fn give_up(&self, since: Instant, outcome: Outcome);

    /// Enters the service that is measured, which is about to be asked on this thread.
    fn enter() -> Inside;
}

/// Remembers that a service was asked whether it is ready, and who waits for it.
///
/// A clone remembers nothing.
pub(crate) struct Readiness<Q: Queue> {
    wait: Option<Box<Wait<Q>>>,
    was_called: bool,
}

impl<Q: Queue> Readiness<Q> {
    /// Asks by `poll`, and remembers who has to wait. `fate` is the outcome of who is refused.
    pub(crate) fn ask<E>(
        &mut self,
        queue: &Q,
        poll: impl FnOnce() -> Poll<Result<(), E>>,
        fate: impl FnOnce(&E) -> Outcome,
    ) -> Poll<Result<(), E>> {
        if self.was_called {
            return poll();
        }
        let asking = Asking::begin(self, queue);
        let polled = poll();
        let is_outermost = asking.end();
        match &polled {
            // Nobody had to wait: nearly always.
            Poll::Ready(Ok(())) if self.wait.is_none() => {}
            Poll::Ready(Ok(())) => self.stop_waiting(),
            Poll::Pending => self.start_waiting(queue, is_outermost),
            Poll::Ready(Err(error)) => self.give_up(queue, is_outermost, fate(error)),
        }
        polled
    }

    /// The service is called: the wait that its request had, if it had one.
    ///
    /// Who waited is counted until what is returned is dropped.
    pub(crate) fn call(&mut self) -> Option<Box<Wait<Q>>> {
        self.was_called = true;
        let mut wait = self.wait.take()?;
        wait.lasted();
        Some(wait)
    }

    fn start_waiting(&mut self, queue: &Q, is_outermost: bool) {
        if self.wait.as_ref().is_some_and(|wait| wait.lasted.is_none()) {
            return;
        }
        let counted = is_outermost.then(|| (queue.clone(), queue.join()));
        self.wait = Some(Box::new(Wait { since: Instant::now(), lasted: None, counted }));
    }

    /// Whoever waited need not call at once, or ever.
    fn stop_waiting(&mut self) {
        if let Some(wait) = &mut self.wait {
            wait.lasted();
            wait.counted = None;
        }
    }

    fn give_up(&mut self, queue: &Q, is_outermost: bool, outcome: Outcome) {
        let since = match self.wait.take() {
            Some(mut wait) if wait.lasted.is_none() => {
                wait.lasted();
                wait.since
            }
            _ => Instant::now(),
        };
        if is_outermost {
            queue.give_up(since, outcome);
        }
    }
}

/// One wait for the readiness of a service.
pub(crate) struct Wait<Q: Queue> {
    since: Instant,
    /// How long it took, once it is over.
    lasted: Option<Duration>,
    /// `None` inside a layer of the same kind, which counts it.
    counted: Option<(Q, Q::Place)>,
}

impl<Q: Queue> Wait<Q> {
    /// How long it took; it is over.
    pub(crate) fn lasted(&mut self) -> Duration {
        *self.lasted.get_or_insert_with(|| self.since.elapsed())
    }
}

impl<Q: Queue> Drop for Wait<Q> {
    fn drop(&mut self) {
        if let (None, Some((queue, _))) = (self.lasted, &self.counted) {
            queue.give_up(self.since, Outcome::Cancelled);
        }
    }
}

/// A service is being asked; dropped without an end, it unwound.
struct Asking<'a, Q: Queue> {
    readiness: &'a mut Readiness<Q>,
    queue: &'a Q,
    inside: Inside,
    came_back: bool,
}

impl<'a, Q: Queue> Asking<'a, Q> {
    fn begin(readiness: &'a mut Readiness<Q>, queue: &'a Q) -> Self {
        Self { readiness, queue, inside: Q::enter(), came_back: false }
    }

    /// Whether the layer of this service is the outermost of its kind.
    fn end(mut self) -> bool {
        self.came_back = true;
        self.inside.is_outermost()
    }
}

impl<Q: Queue> Drop for Asking<'_, Q> {
    fn drop(&mut self) {
        if !self.came_back {
            self.readiness.give_up(self.queue, self.inside.is_outermost(), Outcome::Panic);
        }
    }
}

impl<Q: Queue> Default for Readiness<Q> {
    fn default() -> Self {
        Self { wait: None, was_called: false }
    }
}

impl<Q: Queue> Clone for Readiness<Q> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<Q: Queue> fmt::Debug for Readiness<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waits = self.wait.as_ref().is_some_and(|wait| wait.lasted.is_none());
        f.debug_struct("Readiness").field("waits", &waits).finish_non_exhaustive()
    }
}
