//! Does an act with an async cache, and prints its answer.

use moka::ops::compute::Op;

use super::{
    super::{Act, Change, Step, shown},
    Asynchronous,
};

fn op(change: Change, value: u16) -> Op<u16> {
    match change {
        Change::Nop => Op::Nop,
        Change::Put => Op::Put(value),
        Change::Remove => Op::Remove,
    }
}

#[expect(clippy::too_many_lines, reason = "a line or two for each method")]
pub(crate) async fn act(cache: &Asynchronous, step: &Step) -> String {
    let Step { act, key, by_ref, value } = step.clone();
    let result = |ok: bool| if ok { Ok(value) } else { Err("down") };
    match (act, by_ref) {
        (Act::Get, _) => format!("{:?}", cache.get(&key).await),
        (Act::Contains, _) => format!("{:?}", cache.contains_key(&key)),
        (Act::Insert, _) => format!("{:?}", cache.insert(key, value).await),
        (Act::Invalidate, _) => format!("{:?}", cache.invalidate(&key).await),
        (Act::Remove, _) => format!("{:?}", cache.remove(&key).await),
        (Act::GetWith, _) => format!("{:?}", cache.get_with(key, async { value }).await),
        (Act::GetWithByRef, _) => {
            format!("{:?}", cache.get_with_by_ref(&key, async { value }).await)
        }
        (Act::Optionally(some), _) => {
            format!("{:?}", cache.optionally_get_with(key, async { some.then_some(value) }).await)
        }
        (Act::OptionallyByRef(some), _) => {
            format!(
                "{:?}",
                cache.optionally_get_with_by_ref(&key, async { some.then_some(value) }).await
            )
        }
        (Act::Try(ok), _) => format!("{:?}", cache.try_get_with(key, async { result(ok) }).await),
        (Act::TryByRef(ok), _) => {
            format!("{:?}", cache.try_get_with_by_ref(&key, async { result(ok) }).await)
        }
        (Act::OrDefault, false) => shown(&cache.entry(key).or_default().await),
        (Act::OrDefault, true) => shown(&cache.entry_by_ref(&key).or_default().await),
        (Act::OrInsert, false) => shown(&cache.entry(key).or_insert(value).await),
        (Act::OrInsert, true) => shown(&cache.entry_by_ref(&key).or_insert(value).await),
        (Act::OrInsertWith, false) => {
            shown(&cache.entry(key).or_insert_with(async { value }).await)
        }
        (Act::OrInsertWith, true) => {
            shown(&cache.entry_by_ref(&key).or_insert_with(async { value }).await)
        }
        (Act::OrInsertWithIf(refused), false) => {
            shown(&cache.entry(key).or_insert_with_if(async { value }, |_| refused).await)
        }
        (Act::OrInsertWithIf(refused), true) => {
            shown(&cache.entry_by_ref(&key).or_insert_with_if(async { value }, |_| refused).await)
        }
        (Act::OrOptionally(some), false) => {
            format!(
                "{:?}",
                cache.entry(key).or_optionally_insert_with(async { some.then_some(value) }).await
            )
        }
        (Act::OrOptionally(some), true) => {
            let entry = cache.entry_by_ref(&key);
            format!("{:?}", entry.or_optionally_insert_with(async { some.then_some(value) }).await)
        }
        (Act::OrTry(ok), false) => {
            format!("{:?}", cache.entry(key).or_try_insert_with(async { result(ok) }).await)
        }
        // moka panics when it shows the entry that it found by reference.
        (Act::OrTry(ok), true) => {
            let entry = cache.entry_by_ref(&key).or_try_insert_with(async { result(ok) }).await;
            format!("{:?}", entry.map(|entry| (entry.is_fresh(), entry.into_value())))
        }
        (Act::Compute(change), false) => {
            format!("{:?}", cache.entry(key).and_compute_with(async |_| op(change, value)).await)
        }
        (Act::Compute(change), true) => {
            format!(
                "{:?}",
                cache.entry_by_ref(&key).and_compute_with(async |_| op(change, value)).await
            )
        }
        (Act::TryCompute(change), false) => {
            let op = change.map(|change| op(change, value)).ok_or("no");
            format!("{:?}", cache.entry(key).and_try_compute_with(async |_| op).await)
        }
        (Act::TryCompute(change), true) => {
            let op = change.map(|change| op(change, value)).ok_or("no");
            format!("{:?}", cache.entry_by_ref(&key).and_try_compute_with(async |_| op).await)
        }
        (Act::TryComputeAlone(change), false) => {
            let op = change.map(|change| op(change, value)).ok_or("no");
            format!("{:?}", cache.entry(key).and_try_compute_if_nobody_else(async |_| op).await)
        }
        (Act::TryComputeAlone(change), true) => {
            let op = change.map(|change| op(change, value)).ok_or("no");
            format!(
                "{:?}",
                cache.entry_by_ref(&key).and_try_compute_if_nobody_else(async |_| op).await
            )
        }
        (Act::Upsert, false) => {
            let sum = async |old: Option<moka::Entry<u8, u16>>| {
                value.wrapping_add(old.map_or(0, moka::Entry::into_value))
            };
            shown(&cache.entry(key).and_upsert_with(sum).await)
        }
        (Act::Upsert, true) => {
            let sum = async |old: Option<moka::Entry<u8, u16>>| {
                value.wrapping_add(old.map_or(0, moka::Entry::into_value))
            };
            shown(&cache.entry_by_ref(&key).and_upsert_with(sum).await)
        }
        (Act::InvalidateAll, _) => format!("{:?}", cache.invalidate_all()),
        (Act::InvalidateOdd, _) => {
            format!("{}", cache.invalidate_entries_if(|key, _| key % 2 == 1).is_ok())
        }
    }
}
