//! A set of values that is learned at run time, up to a limit.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use hashbrown::HashMap;

use crate::{Bounded, OTHER};

/// Admits the first values it sees and turns later ones into [`Bounded::OTHER`].
///
/// For values a program declares but cannot list up front, such as route templates. A value that
/// was admitted keeps its place for ever, so a flood of strangers never evicts a regular; it can
/// take the places that are still free.
///
/// Looking up an admitted value, and refusing one when the budget is spent, takes no lock and
/// allocates nothing.
#[derive(Debug)]
pub struct ValueBudget {
    limit: u16,
    admitted: ArcSwap<Admitted>,
    admission: Mutex<()>,
}

#[derive(Debug, Default, Clone)]
struct Admitted {
    values: Vec<Arc<str>>,
    positions: HashMap<Arc<str>, Bounded>,
}

impl ValueBudget {
    /// The largest budget there is: admitting a value copies those before it.
    pub const MOST: u16 = 1000;

    /// A budget of `limit` values, at most [`ValueBudget::MOST`], beside [`OTHER`].
    pub fn new(limit: u16) -> Self {
        let limit = limit.min(Self::MOST);
        Self { limit, admitted: ArcSwap::default(), admission: Mutex::new(()) }
    }

    /// `value` if it was admitted or there is still room; else [`Bounded::OTHER`].
    pub fn bound(&self, value: &str) -> Bounded {
        let admitted = self.admitted.load();
        if let Some(bounded) = admitted.positions.get(value) {
            return *bounded;
        }
        if value == OTHER || admitted.values.len() >= usize::from(self.limit) {
            return Bounded::OTHER;
        }
        drop(admitted);
        self.admit(value)
    }

    /// The text of a value this budget admitted; [`OTHER`] for one it refused.
    pub fn value(&self, bounded: Bounded) -> Arc<str> {
        let admitted = self.admitted.load();
        let value = bounded.position().and_then(|position| admitted.values.get(position));
        value.map_or_else(|| Arc::from(OTHER), Arc::clone)
    }

    fn admit(&self, value: &str) -> Bounded {
        let _admission = self.admission.lock().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have admitted it, or taken the last place, while this one waited.
        let mut admitted = Admitted::clone(&self.admitted.load());
        if let Some(bounded) = admitted.positions.get(value) {
            return *bounded;
        }
        if admitted.values.len() >= usize::from(self.limit) {
            return Bounded::OTHER;
        }
        let bounded = Bounded::at(admitted.values.len());
        let value: Arc<str> = Arc::from(value);
        admitted.values.push(Arc::clone(&value));
        admitted.positions.insert(value, bounded);
        self.admitted.store(Arc::new(admitted));
        bounded
    }
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
            let budget = ValueBudget::new(limit);
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
    fn threads_that_race_for_the_last_places_never_overrun_the_budget() {
        let budget = ValueBudget::new(10);
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
}
