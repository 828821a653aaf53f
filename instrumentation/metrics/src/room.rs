//! Room for the series of a metric.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Room for the series of a metric: four fifths for those that keep their labels, and a fifth for those that
/// stand for others, of which one is left for what cannot be told apart any more.
#[derive(Debug)]
pub(crate) struct Rooms {
    whole: AtomicUsize,
    folded: AtomicUsize,
}

/// Room for one series, which is given back unless it is kept.
#[derive(Debug)]
pub(crate) struct Room<'a> {
    left: Option<&'a AtomicUsize>,
    is_whole: bool,
}

impl Rooms {
    /// Room for `limit` series in all; for one at least.
    pub(crate) fn of(limit: usize) -> Self {
        let folded = limit / 5;
        let whole = limit.saturating_sub(folded + 1).max(1);
        Self { whole: AtomicUsize::new(whole), folded: AtomicUsize::new(folded) }
    }

    /// Room for a series that keeps its labels.
    pub(crate) fn take(&self) -> Option<Room<'_>> {
        Room::of(&self.whole, true)
    }

    /// Room for a series that stands for others.
    pub(crate) fn take_folded(&self) -> Option<Room<'_>> {
        Room::of(&self.folded, false)
    }
}

impl<'a> Room<'a> {
    fn of(left: &'a AtomicUsize, is_whole: bool) -> Option<Self> {
        let less = |left: usize| left.checked_sub(1);
        left.fetch_update(Ordering::AcqRel, Ordering::Acquire, less).ok()?;
        Some(Self { left: Some(left), is_whole })
    }

    /// Keeps it, and says whether its series keeps its labels.
    pub(crate) fn keep(mut self) -> bool {
        self.left = None;
        self.is_whole
    }
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        if let Some(left) = self.left {
            left.fetch_add(1, Ordering::AcqRel);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn together_with_what_cannot_be_told_apart_there_is_no_more_than_the_limit() {
        for limit in [2, 3, 5, 10, 1791, 2000] {
            let rooms = Rooms::of(limit);
            let all = std::iter::from_fn(|| rooms.take().map(Room::keep)).count();
            let folded = std::iter::from_fn(|| rooms.take_folded().map(Room::keep)).count();
            assert_eq!((all + folded + 1, folded), (limit, limit / 5));
        }
        assert!(Rooms::of(1).take().is_some());
    }

    #[test]
    fn room_that_is_not_kept_is_there_again() {
        let rooms = Rooms::of(2);
        drop(rooms.take());
        assert!(rooms.take().is_some_and(Room::keep));
        assert!(rooms.take().is_none());
    }
}
