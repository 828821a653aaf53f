use std::{
    future::{Future, pending, ready},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::atomic::AtomicUsize,
    task::{Context, Poll, Waker},
};

use kymo_testing::{Snapshot, TestMeters};

use super::*;
use crate::{component::Component, metrics};

/// The metrics after an export of seven points by `program`, whether it unwound or not.
fn measured(program: impl FnOnce(Exporting)) -> Snapshot {
    let meters = TestMeters::new();
    let observer = Arc::new(Observer::new(Component::new("test", &AtomicUsize::new(0))));
    observer.attach(&*meters);
    let _ = catch_unwind(AssertUnwindSafe(|| program(observer.exporting(7))));
    meters.snapshot()
}

/// Asserts that all seven points failed by `error`, once, and that none is in flight.
#[track_caller]
fn assert_failed(snapshot: &Snapshot, error: &'static str) {
    let exported = snapshot.counter(metrics::DATA_POINT_EXPORTED.name);
    exported.with("error.type", error).assert(7);
    snapshot.counter(metrics::DATA_POINT_EXPORTED.name).assert(7);
    let operation = snapshot.histogram(metrics::OPERATION_DURATION.name);
    operation.with("error.type", error).assert_count(1);
    snapshot.histogram(metrics::OPERATION_DURATION.name).assert_count(1);
    snapshot.up_down_counter(metrics::DATA_POINT_INFLIGHT.name).assert(0);
}

fn poll_once<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn an_export_that_panics_as_it_is_encoded_or_sent_is_a_panic() {
    assert_failed(&measured(|mut exporting| exporting.run(|| panic!("encoding"))), "panic");
    let sending = measured(|mut exporting| {
        let _: Poll<()> = poll_once(exporting.watch(async { panic!("sending") }));
    });
    assert_failed(&sending, "panic");
}

#[test]
fn an_export_that_is_dropped_is_cancelled_whatever_unwinds_elsewhere() {
    assert_failed(&measured(drop), "cancelled");
    let sending = measured(|mut exporting| {
        assert!(poll_once(exporting.watch(pending::<()>())).is_pending());
        panic!("something else");
    });
    assert_failed(&sending, "cancelled");
}

#[test]
fn an_export_that_arrives_in_part_is_counted_in_two_parts() {
    let snapshot = measured(|mut exporting| {
        let receipt = Receipt { rejected: 2, ..Receipt::default() };
        let Poll::Ready(answer) = poll_once(exporting.watch(ready(Ok(receipt)))) else { return };
        let outcome = exporting.record_mut().answered(&answer);
        exporting.finish(outcome);
    });
    let exported = || snapshot.counter(metrics::DATA_POINT_EXPORTED.name);
    exported().without("error.type").assert(5);
    exported().with("error.type", "rejected").assert(2);
    snapshot.up_down_counter(metrics::DATA_POINT_INFLIGHT.name).assert(0);
}
