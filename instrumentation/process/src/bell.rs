//! How late a task is woken.

use std::{
    fmt,
    future::Future,
    mem,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::Instant,
};

use opentelemetry::metrics::BoundHistogram;

/// Wakes the task that [answers](Bell::answered) it, and records how long that took.
///
/// A ring is one observation: when the task is polled, or else when it is dropped.
pub(crate) struct Bell {
    delay: BoundHistogram<f64>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Of the task, once it was polled and until it is woken.
    waker: Option<Waker>,
    /// When the task was woken, until it is polled.
    rung: Option<Instant>,
    has_ended: bool,
}

impl Bell {
    /// Nobody answers it yet.
    pub(crate) fn new(delay: BoundHistogram<f64>) -> Self {
        Self { delay, state: Mutex::default() }
    }

    /// Wakes the task, unless it is woken already, or has not been polled yet.
    pub(crate) fn ring(&self) {
        let mut state = self.state();
        let Some(waker) = state.waker.take() else { return };
        state.rung = Some(Instant::now());
        drop(state);
        waker.wake();
    }

    /// Whether the task has ended, and its runtime with it.
    pub(crate) fn has_ended(&self) -> bool {
        self.state().has_ended
    }

    /// A task that answers each ring, and never ends by itself.
    pub(crate) fn answered(self: &Arc<Self>) -> Answer {
        Answer(Arc::clone(self))
    }

    fn answer(&self, waker: Waker) {
        let mut state = self.state();
        let (before, rung) = (state.waker.replace(waker), state.rung.take());
        drop(state);
        // It is the runtime's code that is dropped here.
        drop(before);
        self.record(rung);
    }

    fn end(&self) {
        let ended = State { has_ended: true, ..State::default() };
        let ended = mem::replace(&mut *self.state(), ended);
        self.record(ended.rung);
    }

    fn record(&self, rung: Option<Instant>) {
        if let Some(rung) = rung {
            self.delay.record(rung.elapsed().as_secs_f64());
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Bell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bell")
    }
}

/// Answers a [`Bell`] for as long as its runtime is there.
pub(crate) struct Answer(Arc<Bell>);

impl Future for Answer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.0.answer(context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.0.end();
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        task::Wake,
        thread,
        time::Duration,
    };

    use opentelemetry_sdk::metrics::{
        InMemoryMetricExporter, PeriodicReader, SdkMeterProvider,
        data::{AggregatedMetrics, MetricData, ResourceMetrics, ScopeMetrics},
    };

    use super::*;
    use crate::metrics::{DELAY, SCOPE};

    struct Meters {
        exporter: InMemoryMetricExporter,
        provider: SdkMeterProvider,
    }

    impl Meters {
        fn new() -> Self {
            let exporter = InMemoryMetricExporter::default();
            let reader = PeriodicReader::builder(exporter.clone()).build();
            Self { exporter, provider: SdkMeterProvider::builder().with_reader(reader).build() }
        }

        fn bell(&self) -> Arc<Bell> {
            Arc::new(Bell::new(DELAY.histogram(&SCOPE.meter(&self.provider)).bind(&[])))
        }

        /// How many delays there were, and their sum.
        fn delays(&self) -> (u64, f64) {
            self.exporter.reset();
            self.provider.force_flush().unwrap();
            let exported = self.exporter.get_finished_metrics().unwrap();
            let metrics = exported.iter().flat_map(ResourceMetrics::scope_metrics);
            let delays =
                metrics.flat_map(ScopeMetrics::metrics).flat_map(|metric| match metric.data() {
                    AggregatedMetrics::F64(MetricData::Histogram(delays)) => {
                        delays.data_points().map(|it| (it.count(), it.sum())).collect()
                    }
                    _ => Vec::new(),
                });
            delays.fold((0, 0.0), |sum, it| (sum.0 + it.0, sum.1 + it.1))
        }
    }

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn poll(task: &mut Answer, woken: &Arc<Woken>) {
        let waker = Waker::from(Arc::clone(woken));
        assert!(Pin::new(task).poll(&mut Context::from_waker(&waker)).is_pending());
    }

    #[test]
    fn a_task_that_has_not_answered_is_not_woken_again_and_its_whole_wait_is_one_delay() {
        let (meters, woken) = (Meters::new(), Arc::new(Woken::default()));
        let bell = meters.bell();
        let mut task = bell.answered();
        bell.ring();
        poll(&mut task, &woken);
        assert_eq!(
            (woken.0.load(Ordering::Relaxed), meters.delays().0),
            (0, 0),
            "nobody was there"
        );
        for _ in 0..3 {
            bell.ring();
            thread::sleep(Duration::from_millis(10));
        }
        assert_eq!((woken.0.load(Ordering::Relaxed), meters.delays().0), (1, 0));
        // The second poll is nobody's answer.
        poll(&mut task, &woken);
        poll(&mut task, &woken);
        let (count, sum) = meters.delays();
        assert!(count == 1 && sum >= 0.03, "{count} {sum}");
        bell.ring();
        assert_eq!(woken.0.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn a_task_that_is_dropped_has_waited_until_then_and_is_held_by_nobody() {
        let (meters, woken) = (Meters::new(), Arc::new(Woken::default()));
        let bell = meters.bell();
        let mut task = bell.answered();
        poll(&mut task, &woken);
        bell.ring();
        thread::sleep(Duration::from_millis(10));
        assert!(!bell.has_ended());
        drop(task);
        let (count, sum) = meters.delays();
        assert!(count == 1 && sum >= 0.01, "{count} {sum}");
        assert!(bell.has_ended());

        let mut never_woken = meters.bell().answered();
        poll(&mut never_woken, &woken);
        assert_eq!(Arc::strong_count(&woken), 2);
        drop(never_woken);
        bell.ring();
        assert_eq!((Arc::strong_count(&woken), meters.delays().0), (1, 1));
    }
}
