//! The counts of one call.

use std::{
    future::{pending, ready},
    pin::pin,
    rc::Rc,
    task::{Context, Poll, Waker},
    thread,
};

use futures_util::FutureExt;

use crate::repository_meters::{RepositoryMeters, counts, panics};

fn poll<T>(future: std::pin::Pin<&mut impl Future<Output = T>>) -> Poll<T> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_call_that_succeeds_is_counted_once_and_gives_its_answer() {
    let (meters, books) = RepositoryMeters::books();
    let found = books.observe("find", ready(Ok::<_, String>(7))).now_or_never();
    assert_eq!(found, Some(Ok(7)));
    assert_eq!(books.observe_sync("count", || Ok::<_, String>(3)), Ok(3));
    assert_eq!(meters.operations(), counts(&[("books count", 1), ("books find", 1)]));
}

#[test]
fn a_call_that_fails_is_counted_once_under_its_name_or_none() {
    let (meters, books) = RepositoryMeters::books();
    let failed = || ready(Err::<u8, _>("gone".to_owned()));
    let gone = Some(Err("gone".to_owned()));
    assert_eq!(books.observe("find", failed()).now_or_never(), gone);
    let named = |answer: &Result<u8, String>| answer.is_err().then_some("gone");
    assert_eq!(books.observe_with("find", failed(), named).now_or_never(), gone);
    assert_eq!(books.observe_sync("find", || Err::<u8, _>(1)), Err(1));
    assert_eq!(books.observe_sync_with("find", || 7, |_| Some("seven")), 7);
    let all = [("books find _OTHER", 2), ("books find gone", 1), ("books find seven", 1)];
    assert_eq!(meters.operations(), counts(&all));
}

#[test]
fn a_call_that_is_dropped_is_cancelled_and_one_that_never_began_is_nothing() {
    let (meters, books) = RepositoryMeters::books();
    drop(books.observe("find", pending::<Result<(), ()>>()));
    assert_eq!(meters.operations(), counts(&[]));
    {
        let mut found = pin!(books.observe("find", pending::<Result<(), ()>>()));
        assert!(poll(found.as_mut()).is_pending());
        assert!(poll(found.as_mut()).is_pending());
        assert_eq!(meters.operations(), counts(&[]));
    }
    assert_eq!(meters.operations(), counts(&[("books find cancelled", 1)]));
}

#[test]
fn a_call_that_panics_is_counted_as_that_even_if_it_is_dropped_later() {
    let (meters, books) = RepositoryMeters::books();
    panics(|| books.observe_sync("count", || -> Result<(), ()> { panic!("count") }));
    let found = async { panic!("find") };
    let mut found = Box::pin(books.observe("find", found.map(Ok::<(), ()>)));
    panics(|| poll(found.as_mut()));
    assert_eq!(meters.operations(), counts(&[("books count panic", 1)]));
    drop(found);
    let all = [("books count panic", 1), ("books find panic", 1)];
    assert_eq!(meters.operations(), counts(&all));
}

#[test]
fn a_call_that_is_dropped_while_something_else_unwinds_is_cancelled() {
    let (meters, books) = RepositoryMeters::books();
    panics(|| {
        let mut found = pin!(books.observe("find", pending::<Result<(), ()>>()));
        assert!(poll(found.as_mut()).is_pending());
        panic!("not the call");
    });
    assert_eq!(meters.operations(), counts(&[("books find cancelled", 1)]));
}

#[test]
fn a_name_that_cannot_be_found_out_changes_no_answer() {
    let (meters, books) = RepositoryMeters::books();
    let no_name = |_: &u8| -> Option<&'static str> { panic!("no name") };
    assert_eq!(books.observe_sync_with("count", || 7, no_name), 7);
    assert_eq!(books.observe_with("find", ready(7), no_name).now_or_never(), Some(7));
    let all = [("books count _OTHER", 1), ("books find _OTHER", 1)];
    assert_eq!(meters.operations(), counts(&all));
}

#[test]
fn what_is_expected_is_there_at_zero() {
    let (meters, books) = RepositoryMeters::books();
    books.expect(&["find", "insert"], &["gone"]);
    let all =
        [("books find", 0), ("books find gone", 0), ("books insert", 0), ("books insert gone", 0)];
    assert_eq!(meters.operations(), counts(&all));
    books.expect(&["find"], &[]);
    assert_eq!(meters.operations(), counts(&all));
}

#[test]
fn repositories_of_one_name_are_one() {
    let (meters, books) = RepositoryMeters::books();
    let same = meters.metrics.clone().repository("books");
    assert_eq!(books, same);
    assert_ne!(books, meters.metrics.repository("orders"));
    assert_eq!(books.observe_sync("count", || Ok::<_, ()>(())), Ok(()));
    assert_eq!(same.observe_sync("count", || Ok::<_, ()>(())), Ok(()));
    assert_eq!(meters.operations(), counts(&[("books count", 2)]));
    assert_eq!(
        format!("{books:?} {:?}", books.method("find")),
        r#"Repository("books") Method("find")"#
    );
}

/// That this compiles is the test: it is as far as its future is, and no further.
#[test]
fn an_observed_future_goes_where_its_own_can_go() {
    let (_meters, books) = RepositoryMeters::books();
    let sent = books.observe("find", async { Ok::<_, ()>(String::new()) });
    let gone = books.observe_sync("drop", || Ok::<_, ()>(books.clone()));
    drop(gone);
    thread::spawn(|| sent.now_or_never()).join().unwrap();
    let kept = Rc::new(7);
    let here = books.observe("find", async { Ok::<_, ()>(*kept) });
    assert_eq!(here.now_or_never(), Some(Ok(7)));
}
