//! Drivers that behave as none of sqlx's does.

use std::{
    collections::BTreeMap,
    panic::{self, AssertUnwindSafe},
    sync::Arc,
};

use futures_util::{FutureExt, StreamExt, stream};
use kymo_sql::System;
use kymo_testing::TestMeters;
use sqlx::{Sqlite, sqlite::SqliteQueryResult};

use super::*;
use crate::{
    database::identity::Identity,
    key,
    metrics::{self, SCOPE},
    recording::{
        measures::Measures, pool_series::PoolSeries, recorder::Recorder, without::Without,
    },
};

const INSERT: &str = "INSERT INTO books VALUES (1)";

struct Meters {
    meters: TestMeters,
    measures: Measures,
}

impl Meters {
    fn new() -> Self {
        let meters = TestMeters::new();
        let recorder = Arc::new(Recorder::new(&SCOPE.meter(&*meters)));
        let series = PoolSeries::new(&recorder.instruments, "books".into(), 0);
        let identity = Identity {
            system: System::Sqlite,
            protocol: System::Sqlite,
            namespace: None,
            address: None,
            port: None,
        };
        let measures = Measures::new(recorder, &identity, series, Without::default());
        Self { meters, measures }
    }

    fn stream<'e>(
        &'e self,
        steps: impl Stream<Item = Step<Sqlite>> + Send + 'e,
    ) -> MeasuredStream<'e, Sqlite> {
        let operation = self.measures.operation(self.measures.statement(INSERT));
        MeasuredStream::new(Box::pin(steps), operation, |_| Some(3))
    }

    /// How many operations ended with each `error.type`, and how many rows were changed.
    fn counts(&self) -> (BTreeMap<String, i64>, i64) {
        let points = self.meters.snapshot().points();
        let operations = points.by(metrics::OPERATION_DURATION.name, key::ERROR_TYPE.name);
        (operations, points.count(metrics::ROWS_CHANGED.name, &[]))
    }
}

/// The answer of a driver when a statement has been run.
#[expect(clippy::unnecessary_wraps, reason = "it is a step among others")]
fn done() -> Step<Sqlite> {
    Ok(Either::Left(SqliteQueryResult::default()))
}

fn one(error: &str) -> BTreeMap<String, i64> {
    [(error.to_owned(), 1)].into()
}

#[test]
fn a_driver_that_panics_is_counted_as_that_once() {
    let meters = Meters::new();
    let mut steps = meters.stream(stream::poll_fn(|_| panic!("the driver's own")));
    let polling = AssertUnwindSafe(move || steps.next().now_or_never().is_some());
    assert!(panic::catch_unwind(polling).is_err());
    assert_eq!(meters.counts(), (one("panic"), 0));
}

#[test]
fn a_driver_that_panics_while_it_is_dropped_is_counted_as_that_once() {
    struct Trap;
    impl Drop for Trap {
        fn drop(&mut self) {
            panic!("the driver's own");
        }
    }
    let meters = Meters::new();
    let trap = Trap;
    let mut steps = meters.stream(stream::poll_fn(move |_| {
        let _ = &trap;
        Poll::Pending
    }));
    assert!(steps.next().now_or_never().is_none());
    assert!(panic::catch_unwind(AssertUnwindSafe(|| drop(steps))).is_err());
    assert_eq!(meters.counts(), (one("panic"), 0));
}

#[test]
fn a_stream_that_is_dropped_because_something_else_panics_is_cancelled() {
    let meters = Meters::new();
    let mut steps = meters.stream(stream::pending());
    assert!(steps.next().now_or_never().is_none());
    let dropping = AssertUnwindSafe(move || {
        let _steps = steps;
        panic!("something else");
    });
    assert!(panic::catch_unwind(dropping).is_err());
    assert_eq!(meters.counts(), (one("cancelled"), 0));
}

#[test]
fn a_driver_that_goes_on_after_an_error_is_counted_once_with_the_error() {
    let meters = Meters::new();
    let steps = [done(), Err(sqlx::Error::WorkerCrashed), done(), Err(sqlx::Error::PoolClosed)];
    let seen = meters.stream(stream::iter(steps)).count().now_or_never();
    assert_eq!(seen, Some(4), "nothing is withheld");
    assert_eq!(meters.counts(), (one("worker_crashed"), 0));
}

#[test]
fn a_driver_that_reports_in_parts_has_its_parts_summed() {
    let meters = Meters::new();
    let steps = [done(), done()];
    assert_eq!(meters.stream(stream::iter(steps)).count().now_or_never(), Some(2));
    assert_eq!(meters.counts(), (one(""), 6));
}

#[test]
fn rows_that_were_reported_before_a_drop_are_counted() {
    let meters = Meters::new();
    let mut steps = meters.stream(stream::iter([done()]).chain(stream::pending()));
    assert!(steps.next().now_or_never().is_some());
    assert!(steps.next().now_or_never().is_none());
    drop(steps);
    assert_eq!(meters.counts(), (one("cancelled"), 3));
}

#[test]
fn a_stream_that_is_polled_after_its_end_is_counted_once() {
    let meters = Meters::new();
    let mut steps = meters.stream(stream::iter([done()]).fuse());
    for is_step in [true, false, false] {
        assert_eq!(steps.next().now_or_never().unwrap().is_some(), is_step);
    }
    assert_eq!(meters.counts(), (one(""), 3));
}
