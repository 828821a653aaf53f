//! One method of a repository.

use std::{
    fmt,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use kymo_core::{Attempt, Bounded, OTHER, Outcome, Record, SeriesHint, Watched};
use pin_project_lite::pin_project;

use crate::{repository_metrics::Shared, series::OperationKey};

/// A method of a repository, whose next call is to be observed.
#[must_use = "nothing is observed yet"]
pub struct Method {
    shared: Arc<Shared>,
    repository: Bounded,
    name: Bounded,
    series: Option<&'static SeriesHint>,
}

impl Method {
    #[inline]
    pub(crate) fn new(
        shared: Arc<Shared>,
        repository: Bounded,
        name: Bounded,
        series: Option<&'static SeriesHint>,
    ) -> Self {
        Self { shared, repository, name, series }
    }

    /// Times `operation`, as [`Repository::observe_with`](crate::Repository::observe_with).
    pub fn observe<F, C>(self, operation: F, error_type: C) -> Observed<F, C>
    where
        F: Future,
        C: FnOnce(&F::Output) -> Option<&'static str>,
    {
        let operation = Attempt::new(self).around(operation);
        Observed { operation, error_type: Some(error_type) }
    }

    /// Times `operation`, as [`Repository::observe_sync_with`](crate::Repository::observe_sync_with).
    pub fn observe_sync<T>(
        self,
        operation: impl FnOnce() -> T,
        error_type: impl FnOnce(&T) -> Option<&'static str>,
    ) -> T {
        let mut call = Attempt::started(self);
        let answer = call.run(operation);
        end(&mut call, &answer, error_type);
        answer
    }
}

pin_project! {
    /// An operation that is timed from its first poll.
    #[must_use = "futures do nothing unless they are polled"]
    pub struct Observed<F, C> {
        #[pin]
        operation: Watched<F, Attempt<Method>>,
        error_type: Option<C>,
    }
}

impl<F, C> Future for Observed<F, C>
where
    F: Future,
    C: FnOnce(&F::Output) -> Option<&'static str>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        let answer = ready!(this.operation.as_mut().poll(context));
        if let Some(error_type) = this.error_type.take() {
            end(this.operation.watch_mut(), &answer, error_type);
        }
        Poll::Ready(answer)
    }
}

/// The program's own code names the error; should it panic, there is an error without a name.
fn end<T>(
    call: &mut Attempt<Method>,
    answer: &T,
    error_type: impl FnOnce(&T) -> Option<&'static str>,
) {
    let named = catch_unwind(AssertUnwindSafe(|| error_type(answer))).unwrap_or(Some(OTHER));
    let outcome = match named {
        None => Outcome::Success,
        Some(name) => Outcome::Failed(call.record().shared.error(name)),
    };
    call.finish(outcome);
}

impl Record for Method {
    #[inline]
    fn record(&mut self, elapsed: Duration, outcome: Outcome) {
        let key = OperationKey { repository: self.repository, method: self.name, outcome };
        self.shared.record(key, self.series, elapsed);
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
