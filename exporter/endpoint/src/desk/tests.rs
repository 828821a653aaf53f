//! The clock is turned by hand.

use bytes::Bytes;

use super::*;
use crate::{deadline::Deadline, encoding::Encoding, round::Ticket};

const SECOND: Duration = Duration::from_secs(1);

/// A document for which there is room once, but not twice.
fn document() -> Arc<Document> {
    Arc::new(Document::new(vec![Bytes::from(vec![0; ROOM])], []))
}

fn is_whole(document: &Document) -> bool {
    document.part(Encoding::Identity, 0).is_some()
}

/// Somebody who asks for what is collected within `collect`, and answered half a second later.
fn ask(desk: &mut Desk, now: Instant, collect: Duration) -> Ticket {
    let deadline = Deadline { collect: now + collect, answer: now + collect + SECOND / 2 };
    desk.next().join(deadline, Encoding::Identity, 10).unwrap()
}

/// How long after `now` the collection that is begun then has to end.
fn begin(desk: &mut Desk, now: Instant) -> Duration {
    let (_, deadline) = desk.tidy(now).round.expect("a collection begins");
    deadline.saturating_duration_since(now)
}

#[test]
fn a_cached_document_is_whole_for_as_long_as_it_is_handed_out_and_for_half_a_minute_after() {
    let (mut desk, now, document) = (Desk::default(), Instant::now(), document());
    desk.cache_for(60 * SECOND);
    desk.end(Some(&document), now);
    for at in [0, 29, 31, 59] {
        let at = now + at * SECOND;
        drop(desk.tidy(at));
        assert!(is_whole(&desk.recent(at).expect("it is not old yet")), "{:?}", at - now);
    }
    for (at, expected) in [(61, true), (88, true), (90, false)] {
        let at = now + at * SECOND;
        drop(desk.tidy(at));
        assert!(desk.recent(at).is_none());
        assert_eq!(is_whole(&document), expected, "{:?}", at - now);
    }
}

#[test]
fn a_cached_document_leaves_its_last_reader_as_much_time_as_any_other() {
    let (mut desk, now, document) = (Desk::default(), Instant::now(), document());
    desk.cache_for(20 * SECOND);
    desk.end(Some(&document), now);
    let at = now + 19 * SECOND;
    assert!(desk.recent(at).is_some());
    desk.end(Some(&self::document()), at);
    let _ticket = ask(&mut desk, at, 9 * SECOND);
    drop(desk.tidy(at + SECOND / 2));
    assert!(is_whole(&document));
}

#[test]
fn a_cache_without_an_end_has_none() {
    let (mut desk, now) = (Desk::default(), Instant::now());
    desk.cache_for(Duration::MAX);
    desk.end(Some(&document()), now);
    for at in [now, now + 1_000_000 * SECOND] {
        assert!(desk.tidy(at).is_empty());
        assert!(desk.recent(at).is_some());
        assert_eq!(desk.idle(at), None, "nobody keeps the desk for it");
    }
}

#[test]
fn who_waited_for_almost_too_long_hurries_nobody() {
    let (mut desk, now) = (Desk::default(), Instant::now());
    let _hurried = ask(&mut desk, now, SECOND);
    let later = now + SECOND + SECOND / 4;
    let _patient = ask(&mut desk, later, 9 * SECOND);
    let _more_patient = ask(&mut desk, later, 29 * SECOND);
    assert_eq!(begin(&mut desk, later), 9 * SECOND);
}

#[test]
fn who_waits_for_the_least_time_is_answered_within_it() {
    let (mut desk, now) = (Desk::default(), Instant::now());
    let _patient = ask(&mut desk, now, 9 * SECOND);
    let _hasty = ask(&mut desk, now, SECOND * 9 / 10);
    assert_eq!(begin(&mut desk, now + SECOND / 10), SECOND * 8 / 10);
}

#[test]
fn no_collection_has_less_than_half_a_second() {
    let (mut desk, now) = (Desk::default(), Instant::now());
    let _hurried = ask(&mut desk, now, SECOND);
    assert_eq!(begin(&mut desk, now + SECOND + SECOND / 4), SECOND / 2);
}

#[test]
fn a_collection_that_has_not_ended_ten_seconds_after_its_time_is_stuck_until_it_ends() {
    let (mut desk, now) = (Desk::default(), Instant::now());
    let _ticket = ask(&mut desk, now, 9 * SECOND);
    assert!(!desk.is_stuck(now + 1000 * SECOND), "it has not begun");
    assert_eq!(begin(&mut desk, now), 9 * SECOND);
    assert!(!desk.is_stuck(now + 18 * SECOND));
    assert!(desk.is_stuck(now + 20 * SECOND));
    desk.end(None, now);
    assert!(!desk.is_stuck(now + 20 * SECOND));
}
