//! One load of an entry.

use std::{future::Future, sync::Arc, time::Duration};

use kymo_core::{Attempt, Bounded, Outcome, Part, Record, Watch};

use crate::cache_series::CacheSeries;

/// A load that goes on, and is recorded once: when it is said how it ended, or when it is dropped.
///
/// One that is dropped is `cancelled`, also where the code that loads has panicked: the load cannot tell
/// whose panic it was. [`Cache::load_now`](crate::Cache::load_now) and the like run that code, and can.
#[derive(Debug)]
#[must_use = "a load that is dropped is recorded as cancelled"]
pub struct Load(Attempt<LoadTime>);

#[derive(Debug)]
struct LoadTime(Arc<CacheSeries>);

impl Record for LoadTime {
    const PART: Option<Part> = Some(Part::CacheLoad);

    fn record(&mut self, elapsed: Duration, outcome: Outcome) {
        self.0.record_load(elapsed.as_secs_f64(), outcome);
    }
}

impl Load {
    pub(crate) fn start(series: Arc<CacheSeries>) -> Self {
        Self(Attempt::started(LoadTime(series)))
    }

    /// A load that starts when it is first entered.
    pub(crate) fn to_come(series: Arc<CacheSeries>) -> Self {
        Self(Attempt::new(LoadTime(series)))
    }

    /// Records that the entry is there: no `error.type`.
    pub fn succeed(mut self) {
        self.end(true);
    }

    /// Records that there is no entry to be had, by an error of any kind: `_OTHER`.
    pub fn fail(mut self) {
        self.end(false);
    }

    /// Records now whether the entry is there; nothing that is said or happens later counts.
    pub fn end(&mut self, well: bool) {
        self.0.finish(if well { Outcome::Success } else { Outcome::Failed(Bounded::OTHER) });
    }

    /// Runs the future that loads; if it unwinds, also while it is dropped, the load is a `panic`.
    pub fn watch<F: Future>(&mut self, loading: F) -> impl Future<Output = F::Output> {
        self.0.watch(loading)
    }

    /// As [`Load::watch`], for code that blocks.
    pub fn run<T>(&mut self, loading: impl FnOnce() -> T) -> T {
        self.0.run(loading)
    }
}

impl Watch for Load {
    fn run<T>(&mut self, piece: impl FnOnce() -> T) -> T {
        Watch::run(&mut self.0, piece)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::{pending, ready},
        panic::{AssertUnwindSafe, catch_unwind},
        task::{Context, Poll, Waker},
    };

    use kymo_testing::TestMeters;

    use crate::{CacheMetrics, key, metrics};

    /// The `error.type` of the only load of `program`.
    fn error(program: impl FnOnce(&crate::Cache)) -> Option<String> {
        let meters = TestMeters::new();
        let cache = CacheMetrics::new(&*meters).cache("books");
        let _ = catch_unwind(AssertUnwindSafe(|| program(&cache)));
        let load = meters.snapshot().points().only(metrics::LOAD_DURATION.name);
        assert_eq!(load.count, 1, "{load:?}");
        load.get(key::ERROR_TYPE.name).map(str::to_owned)
    }

    fn poll<T>(future: std::pin::Pin<&mut impl Future<Output = T>>) -> Poll<T> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn a_load_that_is_dropped_while_something_else_unwinds_is_cancelled() {
        let cancelled = error(|cache| {
            let mut load = std::pin::pin!(cache.load(pending::<()>()));
            assert!(poll(load.as_mut()).is_pending());
            panic!("not the load");
        });
        assert_eq!(cancelled.as_deref(), Some("cancelled"));
    }

    #[test]
    fn a_load_that_unwinds_is_a_panic_even_if_it_is_dropped_later() {
        let panicked = error(|cache| {
            let mut load = Box::pin(cache.load(async { panic!("the load") }));
            let polled = catch_unwind(AssertUnwindSafe(|| poll::<()>(load.as_mut())));
            assert!(polled.is_err());
        });
        assert_eq!(panicked.as_deref(), Some("panic"));
    }

    #[test]
    fn a_load_that_blocks_and_unwinds_is_a_panic() {
        let panicked = error(|cache| cache.load_now(|| panic!("the load")));
        assert_eq!(panicked.as_deref(), Some("panic"));
        let panicked = error(|cache| {
            let _: Result<(), ()> = cache.try_load_now(|| panic!("the load"));
        });
        assert_eq!(panicked.as_deref(), Some("panic"));
    }

    #[test]
    fn a_load_that_unwinds_while_it_is_dropped_is_a_panic() {
        struct Trap;
        impl Drop for Trap {
            fn drop(&mut self) {
                panic!("the load");
            }
        }
        let panicked = error(|cache| {
            let mut load = Box::pin(cache.load(async {
                let _trap = Trap;
                pending::<()>().await;
            }));
            assert!(poll(load.as_mut()).is_pending());
            drop(load);
        });
        assert_eq!(panicked.as_deref(), Some("panic"));
    }

    #[test]
    fn a_load_of_which_nobody_knows_who_unwound_is_cancelled() {
        let cancelled = error(|cache| {
            let _load = cache.start_load();
            panic!("the load, or something else");
        });
        assert_eq!(cancelled.as_deref(), Some("cancelled"));
    }

    #[test]
    fn a_load_that_ends_says_how() {
        let failed = error(|cache| {
            let mut load = std::pin::pin!(cache.try_load(ready(Err::<(), _>("no"))));
            assert!(poll(load.as_mut()).is_ready());
        });
        assert_eq!(failed.as_deref(), Some("_OTHER"));
        let loaded = error(|cache| {
            let mut load = std::pin::pin!(cache.load(ready(7)));
            assert_eq!(poll(load.as_mut()), Poll::Ready(7));
        });
        assert_eq!(loaded, None);
        let failed =
            error(|cache| assert_eq!(cache.try_load_now(|| Err::<(), _>("no")), Err("no")));
        assert_eq!(failed.as_deref(), Some("_OTHER"));
        assert_eq!(error(|cache| assert_eq!(cache.load_now(|| 7), 7)), None);
    }
}
