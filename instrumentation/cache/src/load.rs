//! One load of an entry.

use std::{future::poll_fn, pin::pin, sync::Arc, thread, time::Instant};

use kymo_core::{Bounded, Outcome};

use crate::instruments::CacheSeries;

/// A load that goes on, and is recorded once: when it is said how it ended, or when it is dropped.
#[derive(Debug)]
#[must_use = "a load that is dropped is recorded as cancelled"]
pub struct Load {
    series: Arc<CacheSeries>,
    started: Instant,
    /// Unknown, as long as it is not said, and nobody looks on.
    outcome: Option<Outcome>,
}

impl Load {
    pub(crate) fn start(series: Arc<CacheSeries>) -> Self {
        Self { series, started: Instant::now(), outcome: None }
    }

    /// The entry is there.
    pub fn succeed(mut self) {
        self.outcome = Some(Outcome::Success);
    }

    /// There is no entry to be had, by an error of any kind: `_OTHER`.
    pub fn fail(mut self) {
        self.outcome = Some(Outcome::Failed(Bounded::OTHER));
    }

    /// Looks on while it loads. So it is known whether it unwinds, or is dropped while something else
    /// does.
    pub(crate) async fn watch<T>(&mut self, loading: impl Future<Output = T>) -> T {
        let mut loading = pin!(loading);
        poll_fn(|context| {
            self.outcome = Some(Outcome::Panic);
            let polled = loading.as_mut().poll(context);
            self.outcome = Some(Outcome::Cancelled);
            polled
        })
        .await
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        let elapsed = self.started.elapsed();
        let given_up = if thread::panicking() { Outcome::Panic } else { Outcome::Cancelled };
        self.series.record_load(elapsed.as_secs_f64(), self.outcome.unwrap_or(given_up));
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::{pending, ready},
        panic::{AssertUnwindSafe, catch_unwind},
        task::{Context, Poll, Waker},
    };

    use opentelemetry_sdk::metrics::{InMemoryMetricExporter, SdkMeterProvider};

    use crate::CacheMetrics;

    /// The `error.type` of the only load of `program`.
    fn error(program: impl FnOnce(&crate::Cache)) -> Option<String> {
        let exporter = InMemoryMetricExporter::default();
        let meters = SdkMeterProvider::builder().with_periodic_exporter(exporter.clone()).build();
        let cache = CacheMetrics::new(&meters).cache("books");
        let _ = catch_unwind(AssertUnwindSafe(|| program(&cache)));
        meters.force_flush().unwrap();
        let finished = format!("{:?}", exporter.get_finished_metrics().unwrap());
        assert_eq!(finished.matches("HistogramDataPoint").count(), 1, "{finished}");
        ["cancelled", "panic", "_OTHER"]
            .into_iter()
            .find(|error| finished.contains(&format!("\"{error}\"")))
            .map(str::to_owned)
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
        let panicked = error(|cache| {
            let _load = cache.start_load();
            panic!("the load");
        });
        assert_eq!(panicked.as_deref(), Some("panic"));
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
    }
}
