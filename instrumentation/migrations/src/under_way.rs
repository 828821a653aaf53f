//! Whether this process was migrating while something was read.

use std::sync::atomic::{AtomicU64, Ordering};

/// The migrations that this process has begun, and those that it has ended.
#[derive(Debug, Default)]
pub(crate) struct UnderWay {
    begun: AtomicU64,
    ended: AtomicU64,
}

impl UnderWay {
    /// One more, until the guard is dropped.
    pub(crate) fn enter(&self) -> impl Sized {
        self.begun.fetch_add(1, Ordering::SeqCst);
        Leave(&self.ended)
    }

    /// From here on, for [`Since::was_any`].
    pub(crate) fn since_now(&self) -> Since<'_> {
        let begun = self.begun.load(Ordering::SeqCst);
        let is_any = self.ended.load(Ordering::SeqCst) != begun;
        Since { under_way: self, begun, is_any }
    }
}

/// From a moment on.
#[derive(Debug)]
pub(crate) struct Since<'a> {
    under_way: &'a UnderWay,
    begun: u64,
    is_any: bool,
}

impl Since<'_> {
    /// Whether at any time since then one was under way.
    pub(crate) fn was_any(&self) -> bool {
        self.is_any || self.under_way.begun.load(Ordering::SeqCst) != self.begun
    }
}

struct Leave<'a>(&'a AtomicU64);

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_under_way_at_any_time_is_known_and_what_was_before_is_not() {
        let migrations = UnderWay::default();
        drop(migrations.enter());
        let idle = migrations.since_now();
        assert!(!idle.was_any());

        let migration = migrations.enter();
        assert!(idle.was_any(), "it began");
        let during = migrations.since_now();
        drop(migration);
        assert!(during.was_any(), "it has ended since");
        assert!(idle.was_any(), "it began and ended");
        assert!(!migrations.since_now().was_any());
    }

    #[test]
    fn one_that_ends_does_not_hide_another() {
        let migrations = UnderWay::default();
        let _long = migrations.enter();
        drop(migrations.enter());
        assert!(migrations.since_now().was_any());
    }
}
