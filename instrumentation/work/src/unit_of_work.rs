//! One unit of work.

use std::{fmt, future::Future, sync::Arc};

use kymo_core::{Bounded, Outcome};

use crate::{failure, running::Running, work::Work, work_metrics::Shared};

/// What a program does again and again without a request, such as a job or the work on one message.
///
/// Clones, and units of the same name, are the same: their counts are sums.
#[derive(Clone)]
pub struct UnitOfWork {
    shared: Arc<Shared>,
    name: Bounded,
}

impl UnitOfWork {
    pub(crate) fn new(shared: Arc<Shared>, name: Bounded) -> Self {
        Self { shared, name }
    }

    /// Runs `future` as one unit, which is measured from its first poll until its answer, whatever that is.
    ///
    /// One that is dropped before that is `cancelled`, one that unwinds `panic`, and one that is never polled is
    /// nothing.
    ///
    /// ```
    /// # async fn index() {}
    /// # async fn nightly(reindex: &kymo_work::UnitOfWork) {
    /// reindex.run(index()).await;
    /// # }
    /// ```
    pub fn run<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        self.measured(future, |_, _| Outcome::Success)
    }

    /// As [`UnitOfWork::run`], of a future that may fail: as `timeout` if its error, or one that it was caused by,
    /// says that time ran out, and else as `_OTHER`.
    ///
    /// An error is asked for its causes if it is one of `std::io`, or in a box of `dyn Error`. A time-out around
    /// the run drops it: that is `cancelled`, so have it within.
    ///
    /// ```
    /// # async fn index() {}
    /// # async fn nightly(reindex: &kymo_work::UnitOfWork) {
    /// let hour = std::time::Duration::from_secs(3600);
    /// let in_time = reindex.run_result(tokio::time::timeout(hour, index())).await;
    /// # let _ = in_time;
    /// # }
    /// ```
    pub fn run_result<F, T, E>(&self, future: F) -> impl Future<Output = F::Output> + use<F, T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: 'static,
    {
        self.measured(future, |_, answer| match answer {
            Ok(_) => Outcome::Success,
            Err(error) => failure::of(error),
        })
    }

    /// As [`UnitOfWork::run`], of a future that may come to anything: `error_type` says what is wrong with its
    /// answer, if anything is, in a word of few.
    ///
    /// The first 32 words of all units are kept apart, and later ones are `_OTHER`.
    ///
    /// ```
    /// # async fn next_message() -> Option<String> { None }
    /// # async fn consume(orders: &kymo_work::UnitOfWork) {
    /// let message = orders.run_with(next_message(), |it| it.is_none().then_some("closed")).await;
    /// # }
    /// ```
    pub fn run_with<F, C>(
        &self,
        future: F,
        error_type: C,
    ) -> impl Future<Output = F::Output> + use<F, C>
    where
        F: Future,
        C: FnOnce(&F::Output) -> Option<&'static str>,
    {
        self.measured(future, |shared, answer| match error_type(answer) {
            None => Outcome::Success,
            Some(name) => shared.failed(name),
        })
    }

    fn measured<F: Future, C>(&self, future: F, outcome: C) -> Running<F, C>
    where
        C: FnOnce(&Shared, &F::Output) -> Outcome,
    {
        Running::new(future, Work::new(Arc::clone(&self.shared), self.name), outcome)
    }
}

/// Two are equal if they count into the same series.
impl PartialEq for UnitOfWork {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared) && self.name == other.name
    }
}

impl Eq for UnitOfWork {}

impl fmt::Debug for UnitOfWork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("UnitOfWork").field(&self.shared.name(self.name)).finish()
    }
}
