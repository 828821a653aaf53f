//! What the pools tell in one collection.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use opentelemetry::StringValue;

use crate::pool_state::PoolState;

/// The states of all pools, by name.
pub(crate) type States = Arc<[(StringValue, PoolState)]>;

/// Has pools be asked once for all gauges of a collection, so that these are of one moment, and a pool behind a
/// lock is locked once.
///
/// No gauge is told that a collection begins: it does where one asks that has had its answer already, or where
/// the answers are old.
#[derive(Debug, Default)]
pub(crate) struct Round(Mutex<Option<Told>>);

#[derive(Debug)]
struct Told {
    states: States,
    at: Instant,
    /// The gauges that have had them.
    given: Vec<&'static str>,
}

/// Two collections that ask for different gauges are told apart by this.
const OLD: Duration = Duration::from_secs(1);

impl Round {
    /// The states for `gauge`: those that another gauge of this collection had, or what `ask` gives.
    pub(crate) fn states(&self, gauge: &'static str, ask: impl FnOnce() -> States) -> States {
        if let Some(told) = &mut *self.told()
            && told.at.elapsed() < OLD
            && !told.given.contains(&gauge)
        {
            told.given.push(gauge);
            return Arc::clone(&told.states);
        }
        // The program's own code runs while nothing is locked.
        let states = ask();
        let told = Told { states: Arc::clone(&states), at: Instant::now(), given: vec![gauge] };
        let before = self.told().replace(told);
        drop(before);
        states
    }

    fn told(&self) -> MutexGuard<'_, Option<Told>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn a_gauge_that_asks_again_is_of_the_next_collection() {
        let (round, asked) = (Round::default(), Cell::new(0));
        let ask = |gauge| {
            round.states(gauge, || {
                asked.set(asked.get() + 1);
                Arc::default()
            });
            asked.get()
        };
        assert_eq!(["count", "max", "pending"].map(ask), [1, 1, 1]);
        assert_eq!(["count", "max"].map(ask), [2, 2]);
        // One that asks for less, and one that begins elsewhere.
        assert_eq!(["max", "max", "count"].map(ask), [3, 4, 4]);
    }

    #[test]
    fn what_was_told_long_before_is_asked_anew() {
        let round = Round::default();
        let at = Instant::now().checked_sub(OLD).unwrap();
        *round.told() = Some(Told { states: Arc::default(), at, given: vec!["max"] });
        let now: States = [("orders".into(), PoolState::new(1, 0))].into();
        assert_eq!(round.states("count", || Arc::clone(&now)), now);
    }
}
