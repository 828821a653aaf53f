//! The clock is turned by hand.

use std::iter;

use bytes::Bytes;

use super::*;
use crate::{
    deadline::Deadline,
    document::Pace,
    encoding::Encoding,
    form::{Form, Rendering},
    page::Page,
    round::Ticket,
};

const PART: Bytes = Bytes::from_static(&[0; 4096]);
const SECOND: Duration = Duration::from_secs(1);

/// A document for which there is room once, but not twice.
fn document() -> Arc<Document> {
    let parts = iter::once(Bytes::new()).chain(iter::repeat_n(PART, ROOM / PART.len()));
    let page = Page { parts: parts.collect(), ..Page::default() };
    Arc::new(Document::of(vec![Rendering::new(Dialect::PLAIN, page, Vec::new())]))
}

const PAGE: Form = Form::Page(0, Encoding::Identity);

/// Whether it was not withdrawn; its first part is empty, so that nobody has read on who looks for it.
fn is_whole(document: &Document) -> bool {
    document.part(PAGE, 0, usual(), document.last_read()).is_some()
}

/// How fast a reader must be who has the usual time.
fn usual() -> Pace {
    Pace::of(ROOM, 10 * SECOND)
}

/// Somebody who asks for what is collected within `collect`, and answered half a second later.
fn ask(desk: &mut Desk, now: Instant, collect: Duration) -> Ticket {
    let deadline = Deadline { collect: now + collect, answer: now + collect + SECOND / 2 };
    desk.next(Dialect::PLAIN).join(deadline, Dialect::PLAIN, Encoding::Identity, 10).unwrap()
}

/// How long after `now` the collection that is begun then has to end.
fn begin(desk: &mut Desk, now: Instant) -> Duration {
    let (_, deadline) = desk.tidy(now).round.expect("a collection begins");
    deadline.saturating_duration_since(now)
}

#[test]
fn a_cached_document_is_whole_for_as_long_as_it_is_handed_out_and_for_half_a_minute_after() {
    let (mut desk, now, document) = (Desk::default(), Instant::now(), document());
    desk.cache.keep_for(60 * SECOND);
    desk.end(Some(&document), now);
    for at in [0, 29, 31, 59] {
        let at = now + at * SECOND;
        drop(desk.tidy(at));
        assert!(
            is_whole(&desk.cache.find(at, None, Dialect::PLAIN).expect("it is not old yet")),
            "{:?}",
            at - now
        );
    }
    for (at, expected) in [(61, true), (88, true), (90, false)] {
        let at = now + at * SECOND;
        drop(desk.tidy(at));
        assert!(desk.cache.find(at, None, Dialect::PLAIN).is_none());
        assert_eq!(is_whole(&document), expected, "{:?}", at - now);
    }
}

#[test]
fn a_cached_document_leaves_its_last_reader_as_much_time_as_any_other() {
    let (mut desk, now, document) = (Desk::default(), Instant::now(), document());
    desk.cache.keep_for(20 * SECOND);
    desk.end(Some(&document), now);
    let at = now + 19 * SECOND;
    assert!(desk.cache.find(at, None, Dialect::PLAIN).is_some());
    desk.end(Some(&self::document()), at);
    let _ticket = ask(&mut desk, at, 9 * SECOND);
    drop(desk.tidy(at + SECOND / 2));
    assert!(is_whole(&document));
}

#[test]
fn who_wants_nothing_of_before_is_given_nothing_of_before() {
    let (mut desk, now) = (Desk::default(), Instant::now());
    desk.cache.keep_for(60 * SECOND);
    desk.end(Some(&document()), now + SECOND);
    let at = now + 2 * SECOND;
    for (since, expected) in [(None, true), (Some(0), true), (Some(1), true), (Some(2), false)] {
        let since = since.map(|since| now + since * SECOND);
        assert_eq!(desk.cache.find(at, since, Dialect::PLAIN).is_some(), expected, "{since:?}");
    }
    assert!(desk.cache.find(at, None, Dialect::PLAIN).is_some(), "others are given it as before");
}

#[test]
fn a_cache_without_an_end_has_none() {
    let (mut desk, now) = (Desk::default(), Instant::now());
    desk.cache.keep_for(Duration::MAX);
    desk.end(Some(&document()), now);
    for at in [now, now + 1_000_000 * SECOND] {
        assert!(desk.tidy(at).is_empty());
        assert!(desk.cache.find(at, None, Dialect::PLAIN).is_some());
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

/// After how many tenths of a second one of two documents is withdrawn, where another one is wanted and both
/// have readers who take `parts` of 4 KiB in each tenth, for `reading` tenths.
fn withdrawn_after(parts: usize, reading: u32, pace: Pace) -> u32 {
    let (mut desk, now) = (Desk::default(), Instant::now());
    let documents = [document(), document()];
    for document in &documents {
        desk.end(Some(document), now);
    }
    let _ticket = ask(&mut desk, now, 60 * SECOND);
    let mut has_both = |tenths: u32| {
        let at = now + tenths * SECOND / 10;
        for document in documents.iter().filter(|_| tenths < reading) {
            for part in 1..=parts {
                document.part(PAGE, part, pace, at);
            }
        }
        // Just before they read on.
        drop(desk.tidy(at + SECOND * 99 / 1000));
        documents.iter().all(|document| is_whole(document))
    };
    (0..1000).find(|tenths| !has_both(*tenths)).unwrap()
}

#[test]
fn who_reads_on_keeps_a_document_also_where_another_is_wanted() {
    let at_400_kib = withdrawn_after(10, 1000, usual());
    assert!((300..302).contains(&at_400_kib), "for half a minute: {at_400_kib}");
    let and_stops = withdrawn_after(10, 200, usual());
    assert!((209..=220).contains(&and_stops), "{and_stops}");
}

#[test]
fn who_will_be_done_in_time_keeps_a_document_however_slow_that_is() {
    // A page of 1 MiB.
    for (parts, seconds, expected) in [
        // 120 KiB a second are enough for 9 s, and not for 5 s.
        (3, 9, 300..302),
        (3, 5, 50..52),
        (1, 30, 300..302),
        (1, 20, 50..52),
    ] {
        let tenths = withdrawn_after(parts, 1000, Pace::of(ROOM, seconds * SECOND));
        assert!(expected.contains(&tenths), "{parts} {seconds}: {tenths}");
    }
}

#[test]
fn who_reads_little_or_nothing_gives_way_where_another_is_wanted() {
    let at_80_kib = withdrawn_after(2, 1000, usual());
    assert!((50..52).contains(&at_80_kib), "{at_80_kib}");
    let at_nothing = withdrawn_after(0, 0, usual());
    assert!((10..12).contains(&at_nothing), "{at_nothing}");
    let what_the_system_takes = withdrawn_after(250, 1, usual());
    assert!((20..22).contains(&what_the_system_takes), "{what_the_system_takes}");
}

#[test]
fn what_was_asked_for_is_expected_again_for_five_minutes_where_there_is_a_cache() {
    use kymo_exposition::{Format, Scheme};

    let openmetrics = Dialect { format: Format::OpenMetrics100, scheme: Scheme::AllowUtf8 };
    for (cache, after, expected) in [
        (SECOND, 0, &[Dialect::PLAIN, openmetrics][..]),
        (SECOND, 299, &[Dialect::PLAIN, openmetrics]),
        (SECOND, 300, &[Dialect::PLAIN]),
        (Duration::ZERO, 1, &[Dialect::PLAIN]),
    ] {
        let (mut desk, now) = (Desk::default(), Instant::now());
        desk.cache.keep_for(cache);
        desk.cache.remember(now, openmetrics, Encoding::Gzip);
        let at = now + after * SECOND;
        desk.cache.remember(at, Dialect::PLAIN, Encoding::Identity);
        let _ticket = ask(&mut desk, at, SECOND);
        let (round, _) = desk.tidy(at).round.expect("a collection begins");
        let wanted = round.wanted();
        let dialects: Vec<_> = wanted.forms().iter().map(|wish| wish.dialect).collect();
        assert_eq!(dialects, expected, "{cache:?} {after}");
        assert!(
            wanted
                .forms()
                .iter()
                .all(|wish| { wish.has(Encoding::Gzip) == (wish.dialect == openmetrics) })
        );
    }
}

#[test]
fn who_waits_for_the_collection_after_the_next_one_is_told_in_time_and_has_its_turn() {
    use kymo_exposition::{Format, Scheme};

    let of = |format| Scheme::ALL.map(|scheme| Dialect { format, scheme });
    let dialects = [of(Format::Text100), of(Format::OpenMetrics100)].concat();
    let (mut desk, now) = (Desk::default(), Instant::now());
    let deadline = Deadline { collect: now + SECOND, answer: now + 2 * SECOND };
    let join = |desk: &mut Desk| -> Vec<_> {
        let all = dialects.iter().cycle().take(16);
        let join = |dialect: &Dialect| {
            desk.next(*dialect).join(deadline, *dialect, Encoding::Identity, 20).unwrap()
        };
        all.map(join).collect()
    };
    let tickets = join(&mut desk);
    let mut begun = Vec::new();
    for expected in [&dialects[..6], &dialects[6..]] {
        let (round, _) = desk.tidy(now).round.expect("a collection begins");
        assert!(desk.tidy(now).round.is_none(), "one at a time");
        let wanted = round.wanted();
        let found: Vec<_> = wanted.forms().iter().map(|wish| wish.dialect).collect();
        assert_eq!(found, expected);
        begun.push(round);
        desk.end(None, now);
    }
    assert!(desk.tidy(now).round.is_none(), "nobody waits");
    drop((tickets, begun));

    let _tickets = join(&mut desk);
    assert!(desk.tidy(now).round.is_some());
    assert_eq!(desk.idle(now), Some(2 * SECOND));
    assert_eq!(desk.tidy(now + 2 * SECOND).late.len(), 16, "of both collections");
}
