//! Which callbacks there are, and which of them are to run.

use std::{
    collections::VecDeque,
    sync::{Arc, Weak},
};

/// A callback as whoever runs it sees it.
pub(super) trait Callable: Send + Sync {
    /// Runs it, and keeps what it observes. It does not unwind.
    fn run(&self);

    /// It has not returned in time, for the first time in a row or not.
    fn miss(&self);
}

/// Which callbacks there are, and which of them are to run.
#[derive(Default)]
pub(super) struct Roster {
    places: Vec<Place>,
    queue: VecDeque<usize>,
    /// Runs that have ended.
    pub(super) ended: u64,
    /// Runs under way that nobody waits for any more.
    pub(super) held_up: usize,
}

/// A callback and its runs.
struct Place {
    callback: Weak<dyn Callable>,
    begun: u64,
    ended: u64,
    is_queued: bool,
    /// Whether it is to run again after the run under way.
    is_wanted: bool,
    /// Whether it did not return in time, and has not since.
    is_late: bool,
}

impl Roster {
    /// A place for `callback`; places of those that are gone are taken again.
    pub(super) fn add(&mut self, callback: Weak<dyn Callable>) -> usize {
        let is_free = |place: &Place| {
            place.callback.strong_count() == 0 && !place.is_queued && place.begun == place.ended
        };
        if let Some(free) = self.places.iter().position(is_free) {
            self.places[free].callback = callback;
            self.places[free].is_late = false;
            return free;
        }
        self.places.push(Place {
            callback,
            begun: 0,
            ended: 0,
            is_queued: false,
            is_wanted: false,
            is_late: false,
        });
        self.places.len() - 1
    }

    /// How many places there are.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// Asks for a run of `index` that begins from now on, and gives its number; unless it is late already.
    pub(super) fn want(&mut self, index: usize) -> Option<u64> {
        let place = self.places.get_mut(index)?;
        if place.is_late || place.callback.strong_count() == 0 {
            return None;
        }
        if place.begun > place.ended {
            place.is_wanted = true;
        } else if !place.is_queued {
            place.is_queued = true;
            self.queue.push_back(index);
        }
        Some(place.begun + 1)
    }

    /// Whether the run `number` of `index` has ended.
    pub(super) fn has_ended(&self, index: usize, number: u64) -> bool {
        self.places.get(index).is_some_and(|place| place.ended >= number)
    }

    /// Whether somebody has yet to begin a run.
    pub(super) fn is_waiting(&self) -> bool {
        !self.queue.is_empty()
    }

    /// The next one to run.
    pub(super) fn begin(&mut self) -> Option<(usize, Option<Arc<dyn Callable>>)> {
        let index = self.queue.pop_front()?;
        let place = self.places.get_mut(index)?;
        place.is_queued = false;
        place.begun += 1;
        self.held_up += usize::from(place.is_late);
        Some((index, place.callback.upgrade()))
    }

    /// The run of `index` has ended.
    pub(super) fn end(&mut self, index: usize) {
        self.ended += 1;
        if let Some(place) = self.places.get_mut(index) {
            place.ended = place.begun;
            self.held_up -= usize::from(place.is_late);
            place.is_late = false;
            if std::mem::take(&mut place.is_wanted) {
                place.is_queued = true;
                self.queue.push_back(index);
            }
        }
    }

    /// The run that was asked for of `index` has not ended in time: nobody waits for it any more.
    pub(super) fn give_up(&mut self, index: usize) -> Option<Arc<dyn Callable>> {
        let place = self.places.get_mut(index)?;
        let callback = place.callback.upgrade()?;
        let is_running = place.begun > place.ended;
        if is_running && !place.is_late {
            self.held_up += 1;
        }
        // It may have returned since it was found to be late.
        place.is_late = is_running || place.is_queued;
        place.is_wanted = false;
        Some(callback)
    }

    /// Forgets what nobody can run.
    pub(super) fn clear(&mut self) {
        for index in self.queue.drain(..) {
            self.places[index].is_queued = false;
            self.places[index].is_late = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nothing;

    impl Callable for Nothing {
        fn run(&self) {}
        fn miss(&self) {}
    }

    fn roster(count: usize) -> (Roster, Vec<Arc<dyn Callable>>) {
        let mut roster = Roster::default();
        let callbacks = (0..count).map(|_| {
            let callback: Arc<dyn Callable> = Arc::new(Nothing);
            roster.add(Arc::downgrade(&callback));
            callback
        });
        let callbacks = callbacks.collect();
        (roster, callbacks)
    }

    #[test]
    fn all_who_want_a_run_before_it_begins_share_it() {
        let (mut roster, _callbacks) = roster(1);
        let (one, other) = (roster.want(0).unwrap(), roster.want(0).unwrap());
        assert!(roster.begin().is_some());
        // This one wants what is observed from now on.
        let third = roster.want(0).unwrap();
        assert!(roster.begin().is_none(), "a callback runs once at a time");
        roster.end(0);
        assert!(roster.has_ended(0, one) && roster.has_ended(0, other));
        assert!(!roster.has_ended(0, third));
        assert!(roster.begin().is_some());
        roster.end(0);
        assert!(roster.has_ended(0, third) && !roster.is_waiting());
    }

    #[test]
    fn one_that_is_late_is_wanted_by_nobody_until_it_returns() {
        let (mut roster, _callbacks) = roster(2);
        roster.want(0);
        roster.begin();
        assert!(roster.give_up(0).is_some());
        assert_eq!((roster.want(0), roster.held_up), (None, 1));
        roster.end(0);
        // Whoever found it late before it returned comes too late.
        assert!(roster.give_up(0).is_some());
        assert!(roster.want(0).is_some());
        assert_eq!(roster.held_up, 0);
        // One that never began is late as well, and begins when there is a thread.
        roster.want(1);
        roster.give_up(1);
        assert_eq!((roster.want(1), roster.held_up), (None, 0));
        roster.begin();
        roster.begin();
        assert_eq!(roster.held_up, 1);
        roster.end(1);
        assert_eq!(roster.held_up, 0);
        assert!(roster.want(1).is_some());
    }

    #[test]
    fn what_nobody_can_run_is_wanted_anew() {
        let (mut roster, _callbacks) = roster(1);
        roster.want(0);
        roster.give_up(0);
        roster.clear();
        assert!(!roster.is_waiting());
        assert!(roster.want(0).is_some());
    }

    #[test]
    fn a_place_whose_callback_is_gone_is_taken_again() {
        let (mut roster, mut callbacks) = roster(2);
        roster.want(0);
        roster.begin();
        roster.give_up(0);
        callbacks.remove(0);
        let callback: Arc<dyn Callable> = Arc::new(Nothing);
        assert_eq!(roster.add(Arc::downgrade(&callback)), 2, "it has not returned");
        roster.end(0);
        assert_eq!(roster.want(0), None);
        assert_eq!(roster.add(Arc::downgrade(&callback)), 0);
        assert!(roster.want(0).is_some());
    }
}
