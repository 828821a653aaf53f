//! The time of something that migrates.

use std::{future::Future, time::Duration};

use kymo_core::{Attempt, Bounded, Outcome, Record};
use sqlx::migrate::MigrateError;

use crate::failure::error_type;

/// Runs `running`, and has `record` take once how long it took and its `error.type`: when it has ended,
/// or when it is dropped. What is never polled is not recorded.
pub(crate) async fn timed<T>(
    running: impl Future<Output = Result<T, MigrateError>>,
    record: impl FnOnce(Duration, Option<&'static str>),
) -> Result<T, MigrateError> {
    let mut attempt = Attempt::new(Timing { error: None, record: Some(record) });
    let result = attempt.watch(running).await;
    attempt.record_mut().error = result.as_ref().err().map(error_type);
    attempt.finish(match &result {
        Ok(_) => Outcome::Success,
        Err(_) => Outcome::Failed(Bounded::OTHER),
    });
    result
}

struct Timing<R> {
    /// Of a migration that failed.
    error: Option<&'static str>,
    record: Option<R>,
}

impl<R: FnOnce(Duration, Option<&'static str>)> Record for Timing<R> {
    fn record(&mut self, elapsed: Duration, outcome: Outcome) {
        let Some(record) = self.record.take() else { return };
        record(
            elapsed,
            match outcome {
                Outcome::Success => None,
                Outcome::Cancelled | Outcome::Timeout => Some("cancelled"),
                Outcome::Panic => Some("panic"),
                Outcome::Failed(_) => self.error,
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use std::{
        cell::RefCell,
        future::{pending, ready},
        panic::{AssertUnwindSafe, catch_unwind},
        pin::Pin,
        task::{Context, Waker},
    };

    use super::*;

    type Recorded = RefCell<Vec<Option<&'static str>>>;

    fn poll<F: Future>(future: Pin<&mut F>) -> bool {
        future.poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn what_ends_is_recorded_once_when_it_ends() {
        let recorded = Recorded::default();
        let record = |_, error| recorded.borrow_mut().push(error);
        let mut well = Box::pin(timed(ready(Ok(())), record));
        assert!(recorded.borrow().is_empty());
        assert!(poll(well.as_mut()));
        drop(well);
        let mut ill = Box::pin(timed(ready(Err::<(), _>(MigrateError::Dirty(7))), record));
        assert!(poll(ill.as_mut()));
        drop(ill);
        assert_eq!(*recorded.borrow(), [None, Some("dirty")]);
    }

    #[test]
    fn what_is_dropped_is_cancelled_unless_it_never_began() {
        let recorded = Recorded::default();
        let record = |_, error| recorded.borrow_mut().push(error);
        let mut begun = Box::pin(timed(pending::<Result<(), _>>(), record));
        assert!(!poll(begun.as_mut()));
        drop(begun);
        drop(timed(pending::<Result<(), _>>(), record));
        assert_eq!(*recorded.borrow(), [Some("cancelled")]);
    }

    #[test]
    fn what_unwinds_is_a_panic_and_what_is_dropped_by_another_is_cancelled() {
        let recorded = Recorded::default();
        let record = |_, error| recorded.borrow_mut().push(error);
        let driver = async {
            assert!(recorded.borrow().len() > 7, "as a driver may");
            Ok(())
        };
        let mut panics = Box::pin(timed(driver, record));
        assert!(catch_unwind(AssertUnwindSafe(|| poll(panics.as_mut()))).is_err());
        drop(panics);
        let begun = catch_unwind(AssertUnwindSafe(|| {
            let mut begun = Box::pin(timed(pending::<Result<(), _>>(), record));
            assert!(poll(begun.as_mut()), "something else");
        }));
        assert!(begun.is_err());
        assert_eq!(*recorded.borrow(), [Some("panic"), Some("cancelled")]);
    }
}
