//! One method of a repository.

use std::{
    fmt,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Instant,
};

use kymo_core::{Bounded, OTHER, Outcome};
use pin_project_lite::pin_project;

use crate::{repository_metrics::Shared, series::OperationKey};

/// A method of a repository, whose next call is to be observed.
#[must_use = "nothing is observed yet"]
pub struct Method {
    shared: Arc<Shared>,
    repository: Bounded,
    name: Bounded,
}

impl Method {
    pub(crate) fn new(shared: Arc<Shared>, repository: Bounded, name: Bounded) -> Self {
        Self { shared, repository, name }
    }

    /// Times `operation`, as [`Repository::observe_with`](crate::Repository::observe_with).
    pub fn observe<F, C>(self, operation: F, error_type: C) -> Observed<F, C>
    where
        F: Future,
        C: FnOnce(&F::Output) -> Option<&'static str>,
    {
        Observed { operation, state: State::Waiting { method: self, error_type } }
    }

    /// Times `operation`, as [`Repository::observe_sync_with`](crate::Repository::observe_sync_with).
    pub fn observe_sync<T>(
        self,
        operation: impl FnOnce() -> T,
        error_type: impl FnOnce(&T) -> Option<&'static str>,
    ) -> T {
        let mut call = Call::begin(self);
        call.outcome = Outcome::Panic;
        let answer = operation();
        call.end(&answer, error_type);
        answer
    }
}

pin_project! {
    /// An operation that is timed from its first poll.
    #[must_use = "futures do nothing unless they are polled"]
    pub struct Observed<F, C> {
        #[pin]
        operation: F,
        state: State<C>,
    }
}

enum State<C> {
    Waiting { method: Method, error_type: C },
    Called { call: Call, error_type: C },
    Over,
}

impl<F, C> Future for Observed<F, C>
where
    F: Future,
    C: FnOnce(&F::Output) -> Option<&'static str>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.state.begin();
        this.state.set_outcome(Outcome::Panic);
        let polled = this.operation.poll(context);
        this.state.set_outcome(Outcome::Cancelled);
        let answer = ready!(polled);
        if let State::Called { mut call, error_type } = this.state.take() {
            call.end(&answer, error_type);
        }
        Poll::Ready(answer)
    }
}

impl<C> State<C> {
    fn begin(&mut self) {
        *self = match self.take() {
            Self::Waiting { method, error_type } => {
                Self::Called { call: Call::begin(method), error_type }
            }
            begun => begun,
        };
    }

    fn take(&mut self) -> Self {
        std::mem::replace(self, Self::Over)
    }

    fn set_outcome(&mut self, outcome: Outcome) {
        if let Self::Called { call, .. } = self {
            call.outcome = outcome;
        }
    }
}

/// A call that goes on, and is recorded once, when it is dropped.
struct Call {
    method: Method,
    started: Instant,
    outcome: Outcome,
}

impl Call {
    fn begin(method: Method) -> Self {
        Self { method, started: Instant::now(), outcome: Outcome::Cancelled }
    }

    /// The program's own code names the error; should it panic, there is an error without a name.
    fn end<T>(&mut self, answer: &T, error_type: impl FnOnce(&T) -> Option<&'static str>) {
        let named = catch_unwind(AssertUnwindSafe(|| error_type(answer))).unwrap_or(Some(OTHER));
        self.outcome = match named {
            None => Outcome::Success,
            Some(name) => Outcome::Failed(self.method.shared.error(name)),
        };
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let Method { shared, repository, name } = &self.method;
        let key = OperationKey { repository: *repository, method: *name, outcome: self.outcome };
        shared.record(key, self.started.elapsed());
    }
}

impl fmt::Debug for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Method").field(&self.shared.method_name(self.name)).finish()
    }
}

impl<F, C> fmt::Debug for Observed<F, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observed").finish_non_exhaustive()
    }
}
