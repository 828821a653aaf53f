//! Things that are observed at every collection, by name.

use std::{
    collections::BTreeMap,
    fmt, mem,
    sync::{Mutex, MutexGuard, PoisonError, Weak},
};

/// Things that are observed under a name for as long as they are there, such as pools and caches.
///
/// Two pools called `orders` are both here under that name, and [`sum_by_name`] makes one number of their
/// levels. A roster does not keep a thing alive: it holds a [`Weak`], or asks whether the thing is gone.
///
/// Nothing is locked while a thing is asked, or dropped: both may run the program's own code.
pub struct Roster<N, T> {
    entries: Mutex<Vec<(N, T)>>,
    is_gone: fn(&T) -> bool,
}

/// The things of a [`Roster`] at one moment.
#[derive(Debug)]
pub struct Roll<N, T> {
    /// Those that are there.
    pub there: Vec<(N, T)>,
    /// Those that are gone, and are in the roster no more.
    pub gone: Vec<(N, T)>,
}

impl<N, T: ?Sized> Roster<N, Weak<T>> {
    /// An empty roster of things that somebody else holds.
    pub fn weak() -> Self {
        Self::new(|thing| thing.strong_count() == 0)
    }
}

impl<N, T> Roster<N, T> {
    /// An empty roster of things of which `is_gone` knows whether they are there.
    pub fn new(is_gone: fn(&T) -> bool) -> Self {
        Self { entries: Mutex::default(), is_gone }
    }

    /// Begins to observe `thing`, and takes out those that are gone, to be dropped or counted.
    ///
    /// It looks for them whenever it would grow, so that it does not grow for ever where nobody collects.
    #[must_use = "those that are gone are dropped here, or counted"]
    pub fn watch(&self, name: N, thing: T) -> Vec<(N, T)> {
        let mut entries = self.entries();
        let is_full = entries.len() == entries.capacity();
        let gone = if is_full { self.take_gone(&mut entries) } else { Vec::new() };
        entries.push((name, thing));
        gone
    }

    fn take_gone(&self, entries: &mut Vec<(N, T)>) -> Vec<(N, T)> {
        let all = mem::take(entries);
        let (gone, there) = all.into_iter().partition(|(_, thing)| (self.is_gone)(thing));
        *entries = there;
        gone
    }

    fn entries(&self) -> MutexGuard<'_, Vec<(N, T)>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<N: Clone, T: Clone> Roster<N, T> {
    /// The things that are there; those that are gone are forgotten.
    pub fn there(&self) -> Vec<(N, T)> {
        self.settle().there
    }

    /// The things that are there, and those that have gone since this was asked last.
    pub fn settle(&self) -> Roll<N, T> {
        let mut entries = self.entries();
        let gone = self.take_gone(&mut entries);
        Roll { there: entries.clone(), gone }
    }
}

/// Adds up, by name, the levels that things tell; absent where one thing of a name does not know.
///
/// ```
/// let told = [("a", Some(1)), ("b", Some(2)), ("a", Some(3)), ("b", None)];
/// let sums = kymo_core::sum_by_name(told, i64::saturating_add);
/// assert_eq!(sums.into_iter().collect::<Vec<_>>(), [("a", 4)]);
/// ```
pub fn sum_by_name<N: Ord, S>(
    told: impl IntoIterator<Item = (N, Option<S>)>,
    add: impl Fn(S, S) -> S,
) -> impl Iterator<Item = (N, S)> {
    let mut sums: BTreeMap<N, Option<S>> = BTreeMap::new();
    for (name, told) in told {
        let sum = match sums.remove(&name) {
            None => told,
            Some(sum) => sum.zip(told).map(|(sum, told)| add(sum, told)),
        };
        sums.insert(name, sum);
    }
    sums.into_iter().filter_map(|(name, sum)| Some((name, sum?)))
}

impl<N, T> fmt::Debug for Roster<N, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Roster").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn names<T>(entries: &[(&'static str, T)]) -> Vec<&'static str> {
        entries.iter().map(|(name, _)| *name).collect()
    }

    #[test]
    fn what_is_gone_is_told_once_and_is_there_no_more() {
        let roster = Roster::weak();
        let (short, long) = (Arc::new(1), Arc::new(2));
        assert!(roster.watch("short", Arc::downgrade(&short)).is_empty());
        assert!(roster.watch("long", Arc::downgrade(&long)).is_empty());
        assert_eq!(names(&roster.there()), ["short", "long"]);
        drop(short);
        let Roll { there, gone } = roster.settle();
        assert_eq!((names(&there), names(&gone)), (vec!["long"], vec!["short"]));
        assert!(roster.settle().gone.is_empty());
    }

    #[test]
    fn where_nobody_collects_it_does_not_grow_for_ever() {
        let roster = Roster::weak();
        let mut gone = 0;
        for _ in 0..10_000 {
            gone += roster.watch("", Arc::downgrade(&Arc::new(()))).len();
        }
        let kept = roster.settle().gone.len();
        assert_eq!(gone + kept, 10_000, "each is told of");
        assert!(kept < 16, "{kept}");
    }

    #[test]
    fn a_thing_may_add_to_the_roster_while_it_is_dropped() {
        struct Nested(Arc<Roster<&'static str, Arc<Nested>>>);

        impl Drop for Nested {
            fn drop(&mut self) {
                drop(self.0.there());
            }
        }

        let roster = Arc::new(Roster::new(|thing: &Arc<Nested>| Arc::strong_count(thing) == 1));
        drop(roster.watch("gone", Arc::new(Nested(Arc::clone(&roster)))));
        assert!(roster.there().is_empty());
    }

    #[test]
    fn a_name_is_absent_once_one_of_it_does_not_know_in_whichever_order() {
        let told = [("a", None), ("a", Some(1)), ("b", Some(1)), ("b", Some(2)), ("c", None)];
        let sums: Vec<_> = sum_by_name(told, i64::saturating_add).collect();
        assert_eq!(sums, [("b", 3)]);
    }
}
