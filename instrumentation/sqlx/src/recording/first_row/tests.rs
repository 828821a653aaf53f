//! Drivers that behave as none of sqlx's does.

use std::{
    collections::BTreeMap,
    future::{pending, poll_fn, ready},
    panic::{self, AssertUnwindSafe},
    sync::Arc,
};

use futures_util::FutureExt;
use kymo_sql::System;
use kymo_testing::TestMeters;
use sqlx::Sqlite;

use super::*;
use crate::{
    database::identity::Identity,
    key,
    metrics::{self, SCOPE},
    recording::{
        measures::Measures, pool_series::PoolSeries, recorder::Recorder, without::Without,
    },
};

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

    /// Asks for one row, which the driver answers with `answer`, on a connection that is used for that alone.
    fn ask<'e>(
        &'e self,
        answer: impl Future<Output = sqlx::Result<Option<sqlx::sqlite::SqliteRow>>> + Send + 'e,
    ) -> FirstRow<'e, Sqlite, Operation<'e>> {
        let mut operation = self.measures.operation(self.measures.statement("SELECT 1"));
        operation.uses_its_connection_up();
        FirstRow::new(Box::pin(answer), operation)
    }

    /// How often an operation was recorded by its error, and how often a connection was used.
    fn counts(&self) -> (BTreeMap<String, i64>, i64) {
        let points = self.meters.snapshot().points();
        let operations = points.by(metrics::OPERATION_DURATION.name, key::ERROR_TYPE.name);
        (operations, points.count(metrics::CONNECTION_USE_TIME.name, &[]))
    }
}

fn one(error: &str) -> BTreeMap<String, i64> {
    [(error.to_owned(), 1)].into()
}

/// Panics when it is dropped.
struct Trap;

impl Drop for Trap {
    fn drop(&mut self) {
        panic!("the driver's own");
    }
}

#[test]
fn an_answer_is_counted_when_it_is_there_and_not_again_when_it_is_dropped() {
    let meters = Meters::new();
    let mut first = meters.ask(ready(Ok(None)));
    assert!((&mut first).now_or_never().is_some());
    assert_eq!(meters.counts(), (one(""), 1));
    assert!((&mut first).now_or_never().is_none(), "there is no other");
    drop(first);
    assert_eq!(meters.counts(), (one(""), 1));
}

#[test]
fn what_was_never_polled_is_counted_by_nobody() {
    let meters = Meters::new();
    drop(meters.ask(pending()));
    assert_eq!(meters.counts(), (BTreeMap::new(), 0));
}

#[test]
fn what_is_dropped_before_its_answer_is_cancelled() {
    let meters = Meters::new();
    assert!(meters.ask(pending()).now_or_never().is_none());
    assert_eq!(meters.counts(), (one("cancelled"), 1));
}

#[test]
fn a_driver_that_panics_when_it_is_asked_or_dropped_is_counted_as_that_once() {
    let asked = |answers: bool| {
        let meters = Meters::new();
        let trap = Trap;
        let asking = AssertUnwindSafe(|| {
            let first = meters.ask(poll_fn(move |_| {
                let _ = &trap;
                if answers { Poll::Ready(Ok(None)) } else { Poll::Pending }
            }));
            first.now_or_never().is_some()
        });
        assert!(panic::catch_unwind(asking).is_err());
        meters.counts()
    };
    assert_eq!(asked(true), (one("panic"), 1), "after its answer");
    assert_eq!(asked(false), (one("panic"), 1), "before its answer");
    let meters = Meters::new();
    let asking = AssertUnwindSafe(|| meters.ask(poll_fn(|_| panic!("its own"))).now_or_never());
    assert!(panic::catch_unwind(asking).is_err());
    assert_eq!(meters.counts(), (one("panic"), 1));
}
