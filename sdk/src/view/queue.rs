//! Which callbacks are to run.

use std::{
    collections::VecDeque,
    mem,
    sync::{Arc, Weak},
};

use super::run::{Callable, Run};

/// All callbacks, and which of them are to run.
#[derive(Default)]
pub(super) struct Queue {
    entries: Vec<Entry>,
    /// Places of callbacks that are gone.
    free: Vec<usize>,
    waiting: VecDeque<usize>,
    /// The runs under way: no more than there are threads.
    running: Vec<(usize, Weak<Run>)>,
    /// Runs that have ended.
    pub(super) ended: u64,
}

/// A callback and its next run.
struct Entry {
    callback: Weak<dyn Callable>,
    next: Weak<Run>,
    is_waiting: bool,
}

impl Queue {
    /// A place for `callback`; places of those that are gone are taken again.
    pub(super) fn add(&mut self, callback: Weak<dyn Callable>) -> usize {
        if self.free.is_empty() && self.entries.len() == self.entries.capacity() {
            self.free = self.gone();
        }
        let entry = Entry { callback, next: Weak::new(), is_waiting: false };
        if let Some(free) = self.free.pop() {
            self.entries[free] = entry;
            return free;
        }
        self.entries.push(entry);
        self.entries.len() - 1
    }

    /// The places of callbacks that are gone, and neither wait nor run.
    fn gone(&self) -> Vec<usize> {
        let is_gone = |index: &usize| {
            let entry = &self.entries[*index];
            entry.callback.strong_count() == 0 && !entry.is_waiting && !self.is_running(*index)
        };
        (0..self.entries.len()).filter(is_gone).collect()
    }

    fn is_running(&self, index: usize) -> bool {
        self.running.iter().any(|(running, _)| *running == index)
    }

    /// A run of each that begins from now on: none of one that is gone, or of one that runs while nobody
    /// waits for it any more.
    pub(super) fn want_all(&mut self) -> Vec<Option<Arc<Run>>> {
        (0..self.entries.len()).map(|index| self.want(index)).collect()
    }

    fn want(&mut self, index: usize) -> Option<Arc<Run>> {
        let entry = self.entries.get_mut(index).filter(|it| it.callback.strong_count() > 0)?;
        let running = self.running.iter().find(|(running, _)| *running == index);
        if running.is_some_and(|(_, run)| run.strong_count() == 0) {
            return None;
        }
        let run = entry.next.upgrade().unwrap_or_default();
        entry.next = Arc::downgrade(&run);
        if running.is_none() && !mem::replace(&mut entry.is_waiting, true) {
            self.waiting.push_back(index);
        }
        Some(run)
    }

    /// The callback `index`, unless it is gone.
    pub(super) fn callback(&self, index: usize) -> Option<Arc<dyn Callable>> {
        self.entries.get(index)?.callback.upgrade()
    }

    /// Whether a callback waits for somebody who runs it.
    pub(super) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// How many run that nobody waits for any more.
    pub(super) fn held_up(&self) -> usize {
        self.running.iter().filter(|(_, run)| run.strong_count() == 0).count()
    }

    /// The next one to run: those that nobody waits for any more do not.
    pub(super) fn begin(&mut self) -> Option<(usize, Weak<Run>, Arc<dyn Callable>)> {
        while let Some(index) = self.waiting.pop_front() {
            let Some(entry) = self.entries.get_mut(index) else { continue };
            entry.is_waiting = false;
            let next = mem::take(&mut entry.next);
            let Some(run) = next.upgrade() else { continue };
            if let Some(callback) = entry.callback.upgrade() {
                self.running.push((index, next.clone()));
                return Some((index, next, callback));
            }
            let _ = run.end(Box::new(()));
        }
        None
    }

    /// The run of `index` has ended.
    pub(super) fn end(&mut self, index: usize) {
        self.ended += 1;
        self.running.retain(|(running, _)| *running != index);
        if let Some(entry) = self.entries.get_mut(index)
            && entry.next.strong_count() > 0
        {
            entry.is_waiting = true;
            self.waiting.push_back(index);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::run::Observed, *};

    struct Nothing;

    impl Callable for Nothing {
        fn run(&self) -> Observed {
            Box::new(())
        }
        fn miss(&self) {}
    }

    fn queue(count: usize) -> (Queue, Vec<Arc<dyn Callable>>) {
        let mut queue = Queue::default();
        let callbacks = (0..count).map(|_| {
            let callback: Arc<dyn Callable> = Arc::new(Nothing);
            queue.add(Arc::downgrade(&callback));
            callback
        });
        let callbacks = callbacks.collect();
        (queue, callbacks)
    }

    /// Begins the next run, and says which.
    fn begin(queue: &mut Queue) -> Option<(usize, Weak<Run>)> {
        queue.begin().map(|(index, run, _)| (index, run))
    }

    fn end(queue: &mut Queue, (index, run): &(usize, Weak<Run>)) {
        run.upgrade().iter().for_each(|run| drop(run.end(Box::new(()))));
        queue.end(*index);
    }

    #[test]
    fn all_who_want_a_run_before_it_begins_share_it() {
        let (mut queue, _callbacks) = queue(1);
        let (one, other) = (queue.want(0).unwrap(), queue.want(0).unwrap());
        let first = begin(&mut queue).unwrap();
        // This one wants what is observed from now on.
        let third = queue.want(0).unwrap();
        assert!(begin(&mut queue).is_none(), "a callback runs once at a time");
        end(&mut queue, &first);
        assert!(one.has_ended() && other.has_ended() && !third.has_ended());
        let second = begin(&mut queue).unwrap();
        end(&mut queue, &second);
        assert!(third.has_ended() && !queue.is_waiting());
    }

    #[test]
    fn one_that_runs_when_nobody_waits_is_wanted_by_nobody_until_it_returns() {
        let (mut queue, _callbacks) = queue(1);
        let (one, other) = (queue.want(0), queue.want(0));
        let run = begin(&mut queue).unwrap();
        drop(one);
        assert_eq!(queue.held_up(), 0);
        let third = queue.want(0).expect("somebody waits still");
        drop(other);
        assert!(queue.want(0).is_none());
        assert_eq!(queue.held_up(), 1);
        end(&mut queue, &run);
        assert_eq!(queue.held_up(), 0);
        assert!(Arc::ptr_eq(&queue.want(0).unwrap(), &third), "it waits for the next run");
        assert!(begin(&mut queue).is_some());
    }

    #[test]
    fn one_that_never_began_is_never_late() {
        let (mut queue, _callbacks) = queue(2);
        drop(queue.want_all());
        assert!(begin(&mut queue).is_none(), "nobody waits for it any more");
        drop(queue.want_all());
        let all = queue.want_all();
        assert!(all.iter().all(Option::is_some));
        let runs = [begin(&mut queue).unwrap(), begin(&mut queue).unwrap()];
        assert!(begin(&mut queue).is_none());
        for run in &runs {
            end(&mut queue, run);
        }
        assert!(all.iter().flatten().all(|run| run.has_ended()) && !queue.is_waiting());
    }

    #[test]
    fn a_place_whose_callback_is_gone_is_taken_again() {
        let (mut queue, mut callbacks) = queue(2);
        let run = queue.want(0);
        let under_way = begin(&mut queue).unwrap();
        callbacks.remove(0);
        let mut add = |queue: &mut Queue| {
            callbacks[0] = Arc::new(Nothing);
            queue.add(Arc::downgrade(&callbacks[0]))
        };
        let places: Vec<_> = (0..1_000).map(|_| add(&mut queue)).collect();
        assert!(!places.contains(&0), "it has not returned");
        assert!(places.iter().all(|place| *place < 8), "{places:?}");
        drop(run);
        end(&mut queue, &under_way);
        assert!(queue.want(0).is_none());
        assert!((0..8).any(|_| add(&mut queue) == 0));
    }

    #[test]
    fn nobody_waits_for_a_callback_that_is_gone() {
        let (mut queue, mut callbacks) = queue(1);
        let wanted = queue.want(0).unwrap();
        callbacks.clear();
        assert!(begin(&mut queue).is_none() && wanted.has_ended());
        assert!(queue.want(0).is_none());
    }
}
