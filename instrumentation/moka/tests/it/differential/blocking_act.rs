//! Does an act with a blocking cache, and prints its answer.

use moka::ops::compute::Op;

use super::{
    super::{Act, Change, Step, shown},
    Blocking,
};

fn op(change: Change, value: u16) -> Op<u16> {
    match change {
        Change::Nop => Op::Nop,
        Change::Put => Op::Put(value),
        Change::Remove => Op::Remove,
    }
}

pub(crate) fn act(cache: &Blocking, step: &Step) -> String {
    let Step { act, key, by_ref, value } = step.clone();
    let result = |ok: bool| if ok { Ok(value) } else { Err("down") };
    match (act, by_ref) {
        (Act::Get, _) => format!("{:?}", cache.get(&key)),
        (Act::Contains, _) => format!("{:?}", cache.contains_key(&key)),
        (Act::Insert, _) => format!("{:?}", cache.insert(key, value)),
        (Act::Invalidate, _) => format!("{:?}", cache.invalidate(&key)),
        (Act::Remove, _) => format!("{:?}", cache.remove(&key)),
        (Act::GetWith, _) => format!("{:?}", cache.get_with(key, || value)),
        (Act::GetWithByRef, _) => format!("{:?}", cache.get_with_by_ref(&key, || value)),
        (Act::Optionally(some), _) => {
            format!("{:?}", cache.optionally_get_with(key, || some.then_some(value)))
        }
        (Act::OptionallyByRef(some), _) => {
            format!("{:?}", cache.optionally_get_with_by_ref(&key, || some.then_some(value)))
        }
        (Act::Try(ok), _) => format!("{:?}", cache.try_get_with(key, || result(ok))),
        (Act::TryByRef(ok), _) => format!("{:?}", cache.try_get_with_by_ref(&key, || result(ok))),
        (Act::OrDefault, false) => shown(&cache.entry(key).or_default()),
        (Act::OrDefault, true) => shown(&cache.entry_by_ref(&key).or_default()),
        (Act::OrInsert, false) => shown(&cache.entry(key).or_insert(value)),
        (Act::OrInsert, true) => shown(&cache.entry_by_ref(&key).or_insert(value)),
        (Act::OrInsertWith, false) => shown(&cache.entry(key).or_insert_with(|| value)),
        (Act::OrInsertWith, true) => shown(&cache.entry_by_ref(&key).or_insert_with(|| value)),
        (Act::OrInsertWithIf(refused), false) => {
            shown(&cache.entry(key).or_insert_with_if(|| value, |_| refused))
        }
        (Act::OrInsertWithIf(refused), true) => {
            shown(&cache.entry_by_ref(&key).or_insert_with_if(|| value, |_| refused))
        }
        (Act::OrOptionally(some), false) => {
            format!("{:?}", cache.entry(key).or_optionally_insert_with(|| some.then_some(value)))
        }
        (Act::OrOptionally(some), true) => {
            let entry = cache.entry_by_ref(&key);
            format!("{:?}", entry.or_optionally_insert_with(|| some.then_some(value)))
        }
        (Act::OrTry(ok), false) => {
            format!("{:?}", cache.entry(key).or_try_insert_with(|| result(ok)))
        }
        // moka panics when it shows the entry that it found by reference.
        (Act::OrTry(ok), true) => {
            let entry = cache.entry_by_ref(&key).or_try_insert_with(|| result(ok));
            format!("{:?}", entry.map(|entry| (entry.is_fresh(), entry.into_value())))
        }
        (Act::Compute(change), false) => {
            format!("{:?}", cache.entry(key).and_compute_with(|_| op(change, value)))
        }
        (Act::Compute(change), true) => {
            format!("{:?}", cache.entry_by_ref(&key).and_compute_with(|_| op(change, value)))
        }
        (Act::TryCompute(change) | Act::TryComputeAlone(change), false) => {
            let op = change.map(|change| op(change, value)).ok_or("no");
            format!("{:?}", cache.entry(key).and_try_compute_with(|_| op))
        }
        (Act::TryCompute(change) | Act::TryComputeAlone(change), true) => {
            let op = change.map(|change| op(change, value)).ok_or("no");
            format!("{:?}", cache.entry_by_ref(&key).and_try_compute_with(|_| op))
        }
        (Act::Upsert, false) => {
            let sum = |old: Option<moka::Entry<u8, u16>>| {
                value.wrapping_add(old.map_or(0, moka::Entry::into_value))
            };
            shown(&cache.entry(key).and_upsert_with(sum))
        }
        (Act::Upsert, true) => {
            let sum = |old: Option<moka::Entry<u8, u16>>| {
                value.wrapping_add(old.map_or(0, moka::Entry::into_value))
            };
            shown(&cache.entry_by_ref(&key).and_upsert_with(sum))
        }
        (Act::InvalidateAll, _) => format!("{:?}", cache.invalidate_all()),
        (Act::InvalidateOdd, _) => {
            format!("{}", cache.invalidate_entries_if(|key, _| key % 2 == 1).is_ok())
        }
    }
}
