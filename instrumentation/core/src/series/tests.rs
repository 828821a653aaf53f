use std::sync::{
    Barrier,
    atomic::{AtomicU64, Ordering},
};

use opentelemetry::metrics::{MeterProvider, noop::NoopMeterProvider};

use super::*;
use crate::metrics::CARDINALITY_FOLDED;

/// `status` is what an operator looks for, from 500 on above all; `oddity` is what a client chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    route: u16,
    status: u16,
    oddity: u16,
}

const FOLDED: u16 = 0;

const ROUTE: AttributeKey = AttributeKey::new("route", "Which route.");
const STATUS: AttributeKey = AttributeKey::new("status", "How it ended.");
const ODDITY: AttributeKey = AttributeKey::new("oddity", "How odd it was.");

impl SeriesKey for Key {
    fn fold(self) -> Option<(Self, AttributeKey)> {
        if self.oddity != FOLDED {
            return Some((Self { oddity: FOLDED, ..self }, ODDITY));
        }
        if self.route != FOLDED {
            return Some((Self { route: FOLDED, ..self }, ROUTE));
        }
        let status = FOLDED;
        (self.status != status).then_some((Self { status, ..self }, STATUS))
    }

    fn class(&self) -> SeriesClass {
        match self {
            Self { status: 500.., route: 1.., .. } => SeriesClass::Operator,
            Self { oddity: FOLDED, .. } => SeriesClass::Ordinary,
            _ => SeriesClass::Client,
        }
    }

    fn is_shared(&self) -> bool {
        self.route == FOLDED
    }
}

type Cache = SeriesCache<Key, (Key, AtomicU64)>;

fn cache(capacity: usize) -> Cache {
    cache_with_reserve(capacity, 0)
}

fn cache_with_reserve(capacity: usize, reserve: usize) -> Cache {
    let meter = NoopMeterProvider::new().meter("test");
    let folded = [ODDITY, STATUS, ROUTE];
    SeriesCache::with_reserve(capacity, reserve, Folds::new(&meter, &CARDINALITY_FOLDED, &folded))
}

/// Counts in the series of a key, and says which series that was.
fn count(cache: &Cache, route: u16, status: u16, oddity: u16) -> (u16, u16, u16) {
    let key = cache.with(
        Key { route, status, oddity },
        |key| (key, AtomicU64::new(0)),
        |(key, count)| {
            count.fetch_add(1, Ordering::Relaxed);
            *key
        },
    );
    (key.route, key.status, key.oddity)
}

fn total(cache: &Cache) -> u64 {
    cache.series.values().map(|series| series.1.load(Ordering::Relaxed)).sum()
}

#[test]
fn a_full_cache_folds_one_attribute_and_keeps_the_rest() {
    let cache = cache(8);
    for route in 1..=8 {
        assert_eq!(count(&cache, route, 200, 0), (route, 200, 0));
    }
    assert_eq!(count(&cache, 9, 503, 0), (FOLDED, 503, 0), "the status is still to be seen");
    assert_eq!(count(&cache, 9, 500, 0), (FOLDED, 500, 0));
    assert_eq!(count(&cache, 9, 404, 0), (FOLDED, FOLDED, 0), "the quarter more is taken too");
    assert_eq!(count(&cache, 1, 200, 0), (1, 200, 0), "what is there stays");
}

#[test]
fn what_operators_must_see_has_a_reserve_that_nothing_else_gets() {
    let cache = cache_with_reserve(8, 6);
    for n in 1..=100 {
        count(&cache, n, 404, n);
        count(&cache, n, 200, 0);
    }
    for route in 1..=5 {
        // By now there is no room for what clients choose, so it goes first.
        assert_eq!(count(&cache, route, 500, 7), (route, 500, FOLDED), "the first failure");
        assert_eq!(count(&cache, route, 500, 8), (route, 500, FOLDED));
    }
    assert_eq!(count(&cache, 1, 503, 0), (1, 503, FOLDED), "the last of the reserve");
    let (route, ..) = count(&cache, 6, 500, 0);
    assert_eq!(route, FOLDED, "what exceeds the reserve");
    assert_eq!(total(&cache), 212);
    assert!(cache.series.len() <= 8 + 2 + 6 + 1, "{}", cache.series.len());
}

#[test]
fn a_failure_keeps_every_attribute_while_there_is_room() {
    let cache = cache_with_reserve(8, 6);
    for oddity in 1..=8 {
        assert_eq!(count(&cache, 1, 500, oddity), (1, 500, oddity));
    }
    assert_eq!(count(&cache, 1, 500, 9), (1, 500, FOLDED));
}

#[test]
fn clients_leave_half_of_the_room_to_what_has_not_happened_yet() {
    let cache = cache(8);
    for oddity in 1..=100 {
        count(&cache, 1, 200, oddity);
    }
    assert_eq!(count(&cache, 1, 200, 500), (1, 200, FOLDED));
    assert_eq!(count(&cache, 2, 201, 0), (2, 201, 0));
    assert_eq!(count(&cache, 1, 503, 0), (1, 503, 0), "the first failure");
    assert_eq!(total(&cache), 103);
}

#[test]
fn what_clients_make_is_half_of_the_room_whoever_came_first() {
    let cache = cache(8);
    for route in 1..=3 {
        count(&cache, route, 200, 0);
    }
    for oddity in 1..=4 {
        assert_eq!(count(&cache, 1, 200, oddity), (1, 200, oddity), "half of it is theirs");
    }
    assert_eq!(count(&cache, 1, 200, 5), (1, 200, FOLDED));
    assert_eq!(count(&cache, 4, 201, 0), (4, 201, 0), "and no more than half");
}

#[test]
fn folded_keys_of_many_kinds_leave_room_to_those_that_are_shared() {
    let cache = cache(24);
    for route in 1..=24 {
        count(&cache, route, 200, 0);
    }
    // Each of these has its route still, once its oddity is folded.
    for route in 25..=40 {
        count(&cache, route, 404, 1);
    }
    assert_eq!(count(&cache, 50, 201, 0), (FOLDED, 201, 0));
    assert_eq!(count(&cache, 50, 202, 0), (FOLDED, 202, 0), "the status is still to be seen");
    assert!(cache.series.len() <= 24 + 6 + 1, "{}", cache.series.len());
}

#[test]
fn a_hundred_thousand_keys_stay_within_the_room_and_the_closed_remainder() {
    let cache = cache(100);
    for n in 0..100_000_u32 {
        let part = |divisor| u16::try_from(n / divisor % 1000).unwrap();
        count(&cache, part(1), part(7), part(3));
    }
    assert!((100..=126).contains(&cache.series.len()));
    assert_eq!(total(&cache), 100_000);
}

#[test]
fn threads_that_race_for_the_last_room_never_overrun_it() {
    for _ in 0..20 {
        let cache = cache(4);
        let start = Barrier::new(16);
        std::thread::scope(|scope| {
            for route in 1..=16 {
                let (cache, start) = (&cache, &start);
                scope.spawn(move || {
                    start.wait();
                    count(cache, route, 200, 0);
                });
            }
        });
        assert!(cache.series.len() <= 5, "four, and one that is folded");
        assert_eq!(total(&cache), 16);
    }
}

#[test]
fn what_records_twice_is_bound_and_folded_once() {
    let cache = cache(1);
    let bind = |key| (key, AtomicU64::new(0));
    for route in 1..=2 {
        let series = cache.get(Key { route, status: 200, oddity: 0 }, bind);
        series.1.fetch_add(2, Ordering::Relaxed);
    }
    assert_eq!(total(&cache), 4);
}

#[test]
fn a_hint_leads_to_the_series_of_the_key_whichever_it_is_of() {
    let (one, other, hint) = (cache(8), cache(8), SeriesHint::new());
    let mut expected = std::collections::HashMap::new();
    for n in 0..400_u16 {
        let (is_one, route, status) = (n % 3 != 0, n * 7 % 11, 200 + n % 2);
        let key = Key { route, status, oddity: 0 };
        let chosen = if is_one { &one } else { &other };
        let plain = chosen.with(key, |key| (key, AtomicU64::new(0)), |(key, _)| *key);
        let bind = |key| (key, AtomicU64::new(0));
        let found = chosen.with_hint(&hint, key, bind, |(key, count)| {
            count.fetch_add(1, Ordering::Relaxed);
            *key
        });
        assert_eq!(found, plain);
        *expected.entry((is_one, found)).or_insert(0) += 1;
    }
    for ((is_one, key), count) in expected {
        let chosen = if is_one { &one } else { &other };
        assert_eq!(chosen.find(key).unwrap().1.load(Ordering::Relaxed), count, "{key:?}");
    }
    assert_eq!(total(&one) + total(&other), 400);
}
