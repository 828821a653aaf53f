//! Clients in turn, whose clock is turned by hand.

use bytes::Bytes;
use kymo_exposition::{Format, Scheme};
use proptest::{collection::vec, prelude::*};

use super::*;
use crate::{deadline::Deadline, desk::Desk, form::Rendering, page::Page};

const SECOND: Duration = Duration::from_secs(1);
/// Bytes of a page, of which some fit into memory together, and some do not.
const SMALL: usize = 4 * 1024;
const LARGE: usize = 1024 * 1024;

/// All dialects that a client can have.
fn dialects() -> Vec<Dialect> {
    let of = |format: Format| {
        Scheme::ALL.map(|scheme| Dialect { format, scheme: format.applied(scheme) })
    };
    let mut all: Vec<Dialect> = Vec::new();
    for dialect in Format::ALL.into_iter().flat_map(of) {
        if !all.contains(&dialect) {
            all.push(dialect);
        }
    }
    all
}

/// A desk, and how often something was collected for those who ask there.
struct Scene {
    desk: Desk,
    begun: Instant,
    collections: usize,
    /// All of each page.
    page: Bytes,
}

impl Scene {
    fn new(cache: Duration, size: usize) -> Self {
        let mut desk = Desk::default();
        desk.cache.keep_for(cache);
        Self { desk, begun: Instant::now(), collections: 0, page: Bytes::from(vec![0; size]) }
    }

    /// Somebody asks so long after the beginning, and reads all of what there is at once.
    fn ask(&mut self, at: Duration, dialect: Dialect) {
        let now = self.begun + at;
        drop(self.desk.tidy(now));
        self.desk.cache.remember(now, dialect, Encoding::Identity);
        if let Some(document) = self.desk.cache.find(now, None, dialect) {
            assert!(document.find(dialect).is_some(), "it is theirs");
            return;
        }
        let deadline = Deadline { collect: now + SECOND, answer: now + 2 * SECOND };
        let round = self.desk.next(dialect);
        let ticket = round.join(deadline, dialect, Encoding::Identity, 10).unwrap();
        let (round, _) = self.desk.tidy(now).round.expect("a collection begins");
        let wanted = round.wanted();
        let wanted: Vec<_> = wanted.forms().iter().map(|wish| wish.dialect).collect();
        assert!(wanted.len() <= 6 && wanted.contains(&dialect), "{wanted:?}");
        let render = |dialect: &Dialect| {
            let page = Page { parts: vec![self.page.clone()], ..Page::default() };
            Rendering::new(*dialect, page, Vec::new())
        };
        let document = Arc::new(Document::of(wanted.iter().map(render).collect()));
        self.desk.end(Some(&document), now);
        self.collections += 1;
        assert!(self.desk.cache.documents().count() <= MOST);
        drop(ticket);
    }
}

/// How many collections there are in each of ten times of the cache, when so many clients with dialects of their own
/// ask in each second, one after the other.
fn in_turn(clients: usize, size: usize) -> Vec<usize> {
    let mut scene = Scene::new(10 * SECOND, size);
    let mut before = 0;
    let mut counts = Vec::new();
    for time in 0..10 {
        for second in 0..10 {
            for (index, dialect) in (0..).zip(dialects().into_iter().take(clients)) {
                scene.ask((time * 10 + second) * SECOND + index * SECOND / 100, dialect);
            }
        }
        counts.push(scene.collections - before);
        before = scene.collections;
    }
    counts
}

#[test]
fn there_are_22_dialects() {
    assert_eq!(dialects().len(), 22);
}

#[test]
fn six_dialects_that_come_again_are_one_collection_in_the_time_of_the_cache() {
    for clients in 1..=6 {
        for size in [SMALL, LARGE] {
            let counts = in_turn(clients, size);
            assert_eq!(counts[0], clients, "each is new once");
            assert!(counts[1..].iter().all(|count| *count <= 1), "{clients}: {counts:?}");
        }
    }
}

#[test]
fn more_dialects_are_a_collection_for_each_six_in_the_time_of_the_cache() {
    for (size, most) in [(SMALL, 22), (LARGE, 12)] {
        for clients in 7..=most {
            let counts = in_turn(clients, size);
            assert_eq!(counts[0], clients, "each is new once");
            let each = clients.div_ceil(6) + 1;
            assert!(counts[1..].iter().all(|count| *count <= each), "{clients}: {counts:?}");
            let all: usize = counts[1..].iter().sum();
            assert!(all <= 9 * clients.div_ceil(6) + 2, "{clients}: {counts:?}");
        }
    }
}

#[test]
fn who_asks_for_all_dialects_in_a_loop_has_nobody_collect_more_often() {
    // Those who ask in a loop were there first.
    let mut scene = Scene::new(60 * SECOND, SMALL);
    let crowd = dialects();
    for (time, dialect) in (0..).zip(crowd.iter().cycle().take(600 * crowd.len())) {
        scene.ask(time * SECOND / 22, *dialect);
    }
    assert!(scene.collections <= 22 + 10 * 5, "{} in ten times", scene.collections);
}

proptest! {
    #[test]
    fn nobody_has_a_page_that_is_older_than_the_cache_or_in_another_dialect(
        asks in vec((0..22_usize, 0..4000_u32), 1..80), is_large in any::<bool>(),
    ) {
        let mut scene = Scene::new(10 * SECOND, if is_large { LARGE } else { SMALL });
        let mut at = Duration::ZERO;
        let all = dialects();
        for (index, pause) in asks {
            at += Duration::from_millis(pause.into());
            scene.ask(at, all[index]);
            let found = scene.desk.cache.latest(scene.begun + at, all[index]);
            let (document, collected) = found.expect("it is kept for its time");
            prop_assert!(document.find(all[index]).is_some());
            prop_assert!(scene.begun + at < *collected + 10 * SECOND);
            // The latest of a dialect is handed out, and who wants a later one gets none.
            let later = Some(*collected + SECOND / 1000);
            prop_assert!(scene.desk.cache.find(scene.begun + at, later, all[index]).is_none());
            let size: usize = scene.desk.cache.documents().map(|it| it.size()).sum();
            prop_assert!(size <= 2 * 6 * LARGE);
        }
    }
}
