//! A measured cache and a bare one give the same results, whatever is done with them.

use std::{
    fmt::Debug,
    hash::{BuildHasherDefault, DefaultHasher},
    sync::Arc,
};

use futures_util::FutureExt;
use kymo_moka::MeasureMoka as _;
use moka::{Entry, policy::EvictionPolicy};
use proptest::prelude::*;

use crate::cache_meters::{CacheMeters, Counts};

/// One thing to do with the entry of a key.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Act {
    Get,
    Contains,
    Insert,
    Invalidate,
    Remove,
    GetWith,
    GetWithByRef,
    Optionally(bool),
    OptionallyByRef(bool),
    Try(bool),
    TryByRef(bool),
    OrDefault,
    OrInsert,
    OrInsertWith,
    OrInsertWithIf(bool),
    OrOptionally(bool),
    OrTry(bool),
    Compute(Change),
    /// Absent if it fails.
    TryCompute(Option<Change>),
    /// That of async caches which gives way to another.
    TryComputeAlone(Option<Change>),
    Upsert,
    InvalidateAll,
    InvalidateOdd,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Change {
    Nop,
    Put,
    Remove,
}

#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) act: Act,
    pub(crate) key: u8,
    pub(crate) by_ref: bool,
    pub(crate) value: u16,
}

type Hasher = BuildHasherDefault<DefaultHasher>;

/// The same is compiled for moka's own caches, and for ours.
mod bare;
mod measured;

/// As moka shows it, and whether it is fresh.
pub(crate) fn shown(entry: &Entry<u8, u16>) -> String {
    format!("{entry:?}")
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![Just(Change::Nop), Just(Change::Put), Just(Change::Remove)]
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => Just(Act::Get),
        1 => Just(Act::Contains),
        4 => Just(Act::Insert),
        1 => Just(Act::Invalidate),
        1 => Just(Act::Remove),
        2 => Just(Act::GetWith),
        2 => Just(Act::GetWithByRef),
        1 => any::<bool>().prop_map(Act::Optionally),
        1 => any::<bool>().prop_map(Act::OptionallyByRef),
        1 => any::<bool>().prop_map(Act::Try),
        1 => any::<bool>().prop_map(Act::TryByRef),
        1 => Just(Act::OrDefault),
        1 => Just(Act::OrInsert),
        1 => Just(Act::OrInsertWith),
        1 => any::<bool>().prop_map(Act::OrInsertWithIf),
        1 => any::<bool>().prop_map(Act::OrOptionally),
        1 => any::<bool>().prop_map(Act::OrTry),
        1 => change().prop_map(Act::Compute),
        1 => prop::option::of(change()).prop_map(Act::TryCompute),
        1 => prop::option::of(change()).prop_map(Act::TryComputeAlone),
        1 => Just(Act::Upsert),
        1 => Just(Act::InvalidateAll),
        1 => Just(Act::InvalidateOdd),
    ]
}

/// More keys than there is room for.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (act(), 0..12_u8, any::<bool>(), any::<u16>())
        .prop_map(|(act, key, by_ref, value)| Step { act, key, by_ref, value });
    prop::collection::vec(step, 1..150)
}

fn policy(lru: bool) -> EvictionPolicy {
    if lru { EvictionPolicy::lru() } else { EvictionPolicy::tiny_lfu() }
}

/// Counts a step as it is to be counted, where the entry `was` there, or not, and the bare cache `said`
/// so.
fn count(expected: &mut Counts, Step { act, .. }: &Step, was: bool, said: &str) {
    let request = |expected: &mut Counts, hit: bool| {
        if hit { expected.hits += 1 } else { expected.misses += 1 }
    };
    let load = |expected: &mut Counts, how: usize, value: bool| {
        expected.loads[how] += 1;
        expected.writes += i64::from(value);
    };
    match *act {
        Act::InvalidateAll | Act::InvalidateOdd => {}
        Act::Insert => expected.writes += 1,
        Act::Remove | Act::Invalidate => expected.writes += i64::from(was),
        Act::Get | Act::Contains => request(expected, was),
        Act::GetWith | Act::GetWithByRef | Act::OrInsertWith => {
            request(expected, was);
            if !was {
                load(expected, 0, true);
            }
        }
        Act::OrInsertWithIf(_) => {
            let fresh = said.contains("is_fresh: true");
            request(expected, !fresh);
            if fresh {
                load(expected, 0, true);
            }
        }
        Act::Optionally(some) | Act::OptionallyByRef(some) | Act::OrOptionally(some) => {
            request(expected, was);
            if !was {
                load(expected, 0, some);
            }
        }
        Act::Try(ok) | Act::TryByRef(ok) | Act::OrTry(ok) => {
            request(expected, was);
            if !was {
                load(expected, usize::from(!ok), ok);
            }
        }
        Act::OrDefault | Act::OrInsert => {
            request(expected, was);
            expected.writes += i64::from(!was);
        }
        Act::Upsert => {
            request(expected, was);
            expected.writes += 1;
        }
        Act::Compute(_) | Act::TryCompute(_) | Act::TryComputeAlone(_) => {
            request(expected, was);
            let changes = ["Inserted", "ReplacedWith", "Removed"];
            expected.writes += i64::from(changes.iter().any(|change| said.contains(change)));
        }
    }
}

fn sorted<C>(cache: C) -> Vec<(Arc<u8>, u16)>
where
    C: IntoIterator<Item = (Arc<u8>, u16)>,
{
    let mut entries: Vec<_> = cache.into_iter().collect();
    entries.sort();
    entries
}

fn same<T: Debug + PartialEq>(measured: &T, bare: &T, step: &Step) -> Result<(), TestCaseError> {
    prop_assert_eq!(measured, bare, "{:?}", step);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_blocking_cache_is_as_it_would_be_unmeasured(steps in steps(), lru: bool) {
        let make = || {
            moka::sync::Cache::builder()
                .max_capacity(6)
                .eviction_policy(policy(lru))
                .support_invalidation_closures()
                .build_with_hasher(Hasher::default())
        };
        let (meters, books) = CacheMeters::books();
        let (bare, measured) = (make(), books.moka(make()));
        let mut expected = Counts::default();
        for step in &steps {
            let was = bare.contains_key(&step.key);
            let said = bare::blocking_act::act(&bare, step);
            same(&measured::blocking_act::act(&measured, step), &said, step)?;
            count(&mut expected, step, was, &said);
            bare.run_pending_tasks();
            measured.run_pending_tasks();
            let weights = [bare.entry_count(), bare.weighted_size()];
            same(&[measured.entry_count(), measured.weighted_size()], &weights, step)?;
            same(&sorted(&measured), &sorted(&bare), step)?;
        }
        prop_assert_eq!(meters.counts(), expected);
    }

    #[test]
    fn an_async_cache_is_as_it_would_be_unmeasured(steps in steps(), lru: bool) {
        let make = || {
            moka::future::Cache::builder()
                .max_capacity(6)
                .eviction_policy(policy(lru))
                .support_invalidation_closures()
                .build_with_hasher(Hasher::default())
        };
        let (meters, books) = CacheMeters::books();
        let (bare, measured) = (make(), books.moka(make()));
        let mut expected = Counts::default();
        for step in &steps {
            let was = bare.contains_key(&step.key);
            let said = bare::asynchronous_act::act(&bare, step).now_or_never().unwrap();
            let ours = measured::asynchronous_act::act(&measured, step).now_or_never().unwrap();
            same(&ours, &said, step)?;
            count(&mut expected, step, was, &said);
            bare.run_pending_tasks().now_or_never().unwrap();
            measured.run_pending_tasks().now_or_never().unwrap();
            let weights = [bare.entry_count(), bare.weighted_size()];
            same(&[measured.entry_count(), measured.weighted_size()], &weights, step)?;
            same(&sorted(&measured), &sorted(&bare), step)?;
        }
        prop_assert_eq!(meters.counts(), expected);
    }
}
