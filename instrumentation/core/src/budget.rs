//! A set of values that is learned at run time, up to a limit.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use crate::{Bounded, Fold, OTHER, list::List, table::Table};

/// Admits the first values it sees, turns later ones into [`Bounded::OTHER`], and counts those.
///
/// With a budget of 200 routes, the 201st is folded: [`bound`](ValueBudget::bound) gives `_OTHER` for
/// it, and adds one to `kymo.cardinality.folded`. Nobody else counts it.
///
/// For values a program declares but cannot list up front, such as route templates. A value that
/// was admitted keeps its place for ever, so a flood of clients' values never evicts a regular one; it
/// can take the places that are still free. What cannot be told from a flood, such as statements that
/// have only failed so far, can be given a [reserve](ValueBudget::with_reserve) of its own instead.
///
/// Looking up an admitted value, and refusing one when the budget is spent, takes no lock and
/// allocates nothing.
#[derive(Debug)]
pub struct ValueBudget {
    admitted: Table<Arc<str>, Bounded>,
    /// The admitted values, by position.
    values: List<Arc<str>>,
    admission: Mutex<()>,
    /// How many of the values are in the reserve.
    reserved: AtomicUsize,
    limit: usize,
    reserve: usize,
    fold: Option<Fold>,
}

impl ValueBudget {
    /// A budget of `limit` values, beside [`OTHER`], which `fold` counts.
    pub fn new(limit: u16, fold: Fold) -> Self {
        Self::with_reserve(limit, 0, fold)
    }

    /// A budget of `limit` values, and of `reserve` more that take no place of theirs, beside
    /// [`OTHER`], which `fold` counts.
    pub fn with_reserve(limit: u16, reserve: u16, fold: Fold) -> Self {
        Self::make(limit, reserve, Some(fold))
    }

    /// A budget of `limit` values whose folds nobody counts, as those of `kymo.cardinality.folded` itself
    /// cannot be.
    pub fn uncounted(limit: u16) -> Self {
        Self::make(limit, 0, None)
    }

    fn make(limit: u16, reserve: u16, fold: Option<Fold>) -> Self {
        let (limit, reserve) = (usize::from(limit), usize::from(reserve));
        Self {
            admitted: Table::for_entries(limit + reserve),
            values: List::for_items(limit + reserve),
            admission: Mutex::new(()),
            reserved: AtomicUsize::new(0),
            limit,
            reserve,
            fold,
        }
    }

    /// `value` of one measurement if it was admitted or there is still room; else [`Bounded::OTHER`],
    /// which is counted.
    ///
    /// A value of more than 1,024 bytes is never admitted.
    pub fn bound(&self, value: &str) -> Bounded {
        // A value that was admitted is not folded, and costs one look-up.
        self.find(value).unwrap_or_else(|| self.counted(self.enter(value, Room::Main)))
    }

    /// As [`ValueBudget::bound`], of the name that a program gives to a part of itself: an empty one is
    /// folded.
    pub fn bound_name(&self, name: &str) -> Bounded {
        self.bound(if name.is_empty() { OTHER } else { name })
    }

    /// As [`ValueBudget::bound`], of what is not measured yet: [`ValueBudget::counted`] counts each of
    /// its measurements.
    pub fn admit(&self, value: &str) -> Bounded {
        self.admit_in(Room::Main, value)
    }

    /// As [`ValueBudget::admit`], where only the reserve has room for another value.
    pub fn admit_in_reserve(&self, value: &str) -> Bounded {
        self.admit_in(Room::Reserve, value)
    }

    /// `bounded` of one measurement, which is counted if it was folded.
    pub fn counted(&self, bounded: Bounded) -> Bounded {
        if bounded == Bounded::OTHER
            && let Some(fold) = &self.fold
        {
            fold.count();
        }
        bounded
    }

    /// `value` if it was admitted; [`Bounded::OTHER`] if it was not, and [`ValueBudget::admit`] would
    /// not admit it any more; `None` if it would.
    pub fn settled(&self, value: &str) -> Option<Bounded> {
        let is_refused = || value.len() > LONGEST || !self.has_room(Room::Main);
        self.find(value).or_else(|| is_refused().then_some(Bounded::OTHER))
    }

    /// The text of a value this budget admitted; [`OTHER`] for one it refused.
    pub fn value(&self, bounded: Bounded) -> Arc<str> {
        let value = bounded.position().and_then(|position| self.values.get(position));
        value.map_or_else(|| Arc::from(OTHER), Arc::clone)
    }

    fn admit_in(&self, room: Room, value: &str) -> Bounded {
        self.find(value).unwrap_or_else(|| self.enter(value, room))
    }

    fn find(&self, value: &str) -> Option<Bounded> {
        self.admitted.get(value, |known| **known == *value).copied()
    }

    fn has_room(&self, room: Room) -> bool {
        // In this order, one that is just put in the reserve is never taken for one of the others.
        let admitted = self.admitted.len();
        let reserved = self.reserved.load(Ordering::Acquire);
        match room {
            Room::Main => admitted.saturating_sub(reserved) < self.limit,
            Room::Reserve => reserved < self.reserve,
        }
    }

    fn enter(&self, value: &str, room: Room) -> Bounded {
        if value == OTHER || value.len() > LONGEST || !self.has_room(room) {
            return Bounded::OTHER;
        }
        let _admission = self.admission.lock().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have admitted it, or taken the last place, while this one waited.
        if let Some(bounded) = self.find(value) {
            return bounded;
        }
        if !self.has_room(room) {
            return Bounded::OTHER;
        }
        let position = self.admitted.len();
        let text: Arc<str> = Arc::from(value);
        // The text is there before anybody can be given its position.
        let bounded = Bounded::at(position);
        if matches!(room, Room::Reserve) {
            self.reserved.fetch_add(1, Ordering::Release);
        }
        let text_is_new = self.values.put(position, Arc::clone(&text));
        let is_admitted = text_is_new && self.admitted.insert(text, bounded).is_ok();
        if is_admitted { bounded } else { Bounded::OTHER }
    }
}

/// The bytes of a value at most: a budget bounds memory, and not only numbers.
const LONGEST: usize = 1024;

/// Which places a value may take.
#[derive(Debug, Clone, Copy)]
enum Room {
    Main,
    Reserve,
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, thread};

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_first_values_keep_their_text_and_the_rest_become_other(
            limit in 0_u16..8,
            values in proptest::collection::vec("[a-z]{0,2}", 0..40),
        ) {
            let budget = ValueBudget::uncounted(limit);
            let mut expected: Vec<&str> = Vec::new();
            for value in &values {
                if !expected.contains(&value.as_str()) && expected.len() < usize::from(limit) {
                    expected.push(value);
                }
                let text = budget.value(budget.bound(value));
                let want = if expected.contains(&value.as_str()) { value } else { OTHER };
                prop_assert_eq!(&*text, want);
            }
        }
    }

    #[test]
    fn what_is_in_the_reserve_takes_no_place_of_the_others() {
        let budget = ValueBudget::make(3, 2, None);
        let reserved = |n: u32| budget.value(budget.admit_in_reserve(&format!("bad {n}")));
        assert_eq!(reserved(0).as_ref(), "bad 0");
        assert_eq!(reserved(1).as_ref(), "bad 1");
        for n in 2..500 {
            assert_eq!(reserved(n).as_ref(), OTHER);
        }
        assert_eq!(budget.settled("a"), None);
        for value in ["a", "b", "bad 1", "c"] {
            assert_eq!(budget.value(budget.bound(value)).as_ref(), value);
            assert_eq!(budget.settled(value), Some(budget.bound(value)));
        }
        assert_eq!(budget.bound("d"), Bounded::OTHER);
        assert_eq!(budget.settled("d"), Some(Bounded::OTHER));
        assert_eq!(budget.value(budget.admit_in_reserve("a")).as_ref(), "a");
    }

    #[test]
    fn threads_that_race_for_the_last_places_never_overrun_the_budget() {
        let budget = ValueBudget::uncounted(10);
        let texts: HashSet<String> = thread::scope(|scope| {
            let racers: Vec<_> = (0..4)
                .map(|racer| {
                    let budget = &budget;
                    scope.spawn(move || {
                        (0..100)
                            .map(|n| budget.value(budget.bound(&format!("{}", (n + racer) % 50))))
                            .map(|text| text.to_string())
                            .collect::<HashSet<_>>()
                    })
                })
                .collect();
            racers.into_iter().flat_map(|racer| racer.join().unwrap()).collect()
        });
        assert_eq!(texts.len(), 11, "ten values and _OTHER: {texts:?}");
    }

    #[test]
    fn a_value_that_is_too_long_takes_no_place() {
        let budget = ValueBudget::uncounted(1);
        assert_eq!(budget.bound(&"x".repeat(1025)), Bounded::OTHER);
        let longest = "x".repeat(1024);
        assert_eq!(*budget.value(budget.bound(&longest)), longest);
    }
}
