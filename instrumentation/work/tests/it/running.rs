//! The counts of one unit.

use std::{
    future::{pending, ready},
    io,
    pin::{Pin, pin},
    rc::Rc,
    task::{Context, Poll, Waker},
    thread,
    time::Duration,
};

use futures_util::FutureExt;

use crate::work_meters::{WorkMeters, counts, panics};

fn poll<T>(future: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_unit_is_counted_once_and_gives_its_answer() {
    let (meters, reindex) = WorkMeters::reindex();
    assert_eq!(meters.units(), counts(&[("reindex", 0)]), "there from the start");
    assert_eq!(reindex.run(ready(7)).now_or_never(), Some(7));
    assert_eq!(reindex.run_result(ready(Ok::<_, ()>(7))).now_or_never(), Some(Ok(7)));
    assert_eq!(reindex.run_with(ready(7), |_| None).now_or_never(), Some(7));
    assert_eq!(meters.units(), counts(&[("reindex", 3)]));
}

#[tokio::test]
async fn a_unit_that_fails_is_counted_once_under_why() {
    let (meters, reindex) = WorkMeters::reindex();
    let failed = || ready(Err::<u8, _>("gone".to_owned()));
    assert_eq!(reindex.run(failed()).await, Err("gone".to_owned()), "an answer as any");
    assert_eq!(reindex.run_result(failed()).await, Err("gone".to_owned()));
    let named = |answer: &Result<u8, String>| answer.is_err().then_some("gone");
    assert_eq!(reindex.run_with(failed(), named).await, Err("gone".to_owned()));
    let late = tokio::time::timeout(Duration::from_millis(1), pending::<()>());
    assert!(reindex.run_result(late).await.is_err());
    let late = io::Error::from(io::ErrorKind::TimedOut);
    assert!(reindex.run_result(ready(Err::<(), _>(late))).await.is_err());
    let all = [("reindex", 1), ("reindex _OTHER", 1), ("reindex gone", 1), ("reindex timeout", 2)];
    assert_eq!(meters.units(), counts(&all));
}

#[test]
fn a_unit_that_is_dropped_is_cancelled_and_one_that_never_began_is_nothing() {
    let (meters, reindex) = WorkMeters::reindex();
    drop(reindex.run(pending::<()>()));
    {
        let mut unit = pin!(reindex.run(pending::<()>()));
        assert!(poll(unit.as_mut()).is_pending());
        assert!(poll(unit.as_mut()).is_pending());
        assert_eq!(meters.units(), counts(&[("reindex", 0)]));
    }
    let cancelled = counts(&[("reindex", 0), ("reindex cancelled", 1)]);
    assert_eq!(meters.units(), cancelled);
}

#[test]
fn a_unit_that_panics_is_counted_as_that_and_one_beside_it_is_cancelled() {
    let (meters, reindex) = WorkMeters::reindex();
    let mut unit = Box::pin(reindex.run(async { panic!("on purpose") }));
    panics(|| poll(unit.as_mut()));
    drop(unit);
    panics(|| {
        let mut unit = pin!(reindex.run(pending::<()>()));
        assert!(poll(unit.as_mut()).is_pending());
        panic!("not the unit");
    });
    let all = [("reindex", 0), ("reindex cancelled", 1), ("reindex panic", 1)];
    assert_eq!(meters.units(), counts(&all));
}

#[test]
fn a_name_of_an_error_that_cannot_be_found_out_changes_no_answer() {
    let (meters, reindex) = WorkMeters::reindex();
    let no_name = |_: &u8| -> Option<&'static str> { panic!("no name") };
    assert_eq!(reindex.run_with(ready(7), no_name).now_or_never(), Some(7));
    assert_eq!(meters.units(), counts(&[("reindex", 0), ("reindex _OTHER", 1)]));
}

#[test]
fn units_of_one_name_are_one_and_those_that_exceed_the_budget_are_other() {
    let (meters, reindex) = WorkMeters::reindex();
    let same = meters.metrics.clone().unit_of_work("reindex");
    assert_eq!(reindex, same);
    assert_eq!(format!("{reindex:?}"), r#"UnitOfWork("reindex")"#);
    assert_ne!(reindex, meters.metrics.unit_of_work("sweep"));
    for number in 0..70 {
        let unit = meters.metrics.unit_of_work(&format!("unit {number}"));
        unit.run(ready(())).now_or_never().unwrap();
        let word: &'static str = format!("word_{number}").leak();
        same.run_with(ready(()), |()| Some(word)).now_or_never().unwrap();
    }
    meters.metrics.unit_of_work("").run(ready(())).now_or_never().unwrap();
    let units = meters.units();
    assert_eq!(units["unit 61"], 1);
    assert_eq!(units["_OTHER"], 9);
    assert_eq!(units["reindex word_31"], 1);
    assert_eq!(units["reindex _OTHER"], 38);
    assert_eq!(units.len(), 65 + 33);
    let folded = |attribute: &str| {
        let points = meters.points().of("kymo.cardinality.folded");
        let of = |point: &&kymo_testing::Point| {
            point.get("kymo.cardinality.metric") == Some("kymo.unit_of_work.duration")
                && point.get("kymo.cardinality.attribute") == Some(attribute)
        };
        points.iter().filter(of).map(|point| point.count).sum::<i64>()
    };
    assert_eq!((folded("kymo.unit_of_work.name"), folded("error.type")), (9, 38));
}

/// That this compiles is the test: it is as far as its future is, and no further.
#[test]
fn a_unit_goes_where_its_future_can_go() {
    let (_meters, reindex) = WorkMeters::reindex();
    let sent = reindex.run_result(async { Ok::<_, ()>(String::new()) });
    thread::spawn(|| sent.now_or_never()).join().unwrap();
    let kept = Rc::new(7);
    let here = reindex.run(async { *kept });
    drop(reindex);
    assert_eq!(here.now_or_never(), Some(7));
}
