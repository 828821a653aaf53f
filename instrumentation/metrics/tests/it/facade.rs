//! The facade of one test.

use kymo_metrics::{FacadeKind, Host, MetricsRecorder};
use kymo_testing::{Snapshot, TestMeters};
use metrics::{Key, Level, Metadata, Recorder};

/// The metadata of what no macro makes.
pub(crate) const METADATA: Metadata<'static> = Metadata::new("it", Level::INFO, None);

/// A recorder of one test, and the meters behind it.
pub(crate) struct Facade {
    pub(crate) meters: TestMeters,
    pub(crate) recorder: MetricsRecorder,
}

impl Facade {
    pub(crate) fn new() -> Self {
        let meters = TestMeters::new();
        let recorder = MetricsRecorder::new(&*meters);
        Self { meters, recorder }
    }

    /// One whose metrics may have so many series.
    pub(crate) fn limited(series: usize) -> Self {
        let meters = TestMeters::new();
        let recorder = MetricsRecorder::hosted(&*meters, Limited(series));
        Self { meters, recorder }
    }

    /// What the macros in `code` record goes here.
    pub(crate) fn run<T>(&self, code: impl FnOnce() -> T) -> T {
        metrics::with_local_recorder(&self.recorder, code)
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        self.meters.snapshot()
    }

    pub(crate) fn counter(&self, key: &Key) -> metrics::Counter {
        self.recorder.register_counter(key, &METADATA)
    }

    pub(crate) fn gauge(&self, key: &Key) -> metrics::Gauge {
        self.recorder.register_gauge(key, &METADATA)
    }

    /// How much was lost because of `cause`.
    #[track_caller]
    pub(crate) fn assert_lost(&self, cause: &str, observations: i64) {
        let lost = self.meters.snapshot().points();
        assert_eq!(
            lost.count("kymo.facade.lost", &[("kymo.facade.loss.cause", cause)]),
            observations
        );
    }
}

struct Limited(usize);

impl Host for Limited {
    fn series(&self, _name: &str, _kind: FacadeKind, _unit: &str) -> usize {
        self.0
    }

    fn makes_instruments(&self) -> bool {
        true
    }
}
