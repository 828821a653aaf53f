//! A statement that two sources see, neither of which runs it.

use std::{
    collections::VecDeque,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{Claim, claimed_text::hash};

/// A source that sees statements which nobody claims, beside another one: whichever sees a statement first records
/// it, and the other one leaves it out.
///
/// A driver tells of a statement by an event when it has ended, unless that is switched off or kept away; a
/// library above the driver tells of it by a callback of its own, a little earlier or later, maybe on another
/// thread. The two know a statement by its text, within a second. So of two statements with one text at one time, of
/// which one is told by an event alone and the other by a callback alone, one is left out. Where more than 1,024
/// that are told once come between, one that is told twice is recorded twice.
///
/// ```
/// use std::time::Duration;
/// use kymo_core::{Claim, Sighting};
///
/// Claim::listen(None);
/// Sighting::expect_callbacks();
/// let is_first = |by: Sighting| by.of("SELECT 1").is_none_or(|it| it.is_first(Duration::ZERO));
/// assert!(is_first(Sighting::Event));
/// assert!(!is_first(Sighting::Callback));
/// assert!(is_first(Sighting::Callback), "the event was another one's");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sighting {
    /// By an event of the driver.
    Event,
    /// By a callback of a library above it.
    Callback,
}

/// A statement that a source has seen; made by [`Sighting::of`].
#[derive(Debug, Clone, Copy)]
pub struct Sighted {
    by: Sighting,
    text: u64,
}

/// What one source has seen, and the other has not.
type Seen = (Sighted, Instant);

/// As far as the two sources are apart.
const APART: Duration = Duration::from_secs(1);
const MAX_SEEN: usize = 1024;

static EXPECTS_CALLBACKS: AtomicBool = AtomicBool::new(false);
static SEEN: Mutex<VecDeque<Seen>> = Mutex::new(VecDeque::new());

impl Sighting {
    /// A source is there that is told by callbacks; without one, every event is the first sight.
    pub fn expect_callbacks() {
        EXPECTS_CALLBACKS.store(true, Ordering::Relaxed);
    }

    /// The statement `text`, as this source sees it; `None` where there are no two sources.
    pub fn of(self, text: &str) -> Option<Sighted> {
        let are_two = EXPECTS_CALLBACKS.load(Ordering::Relaxed) && Claim::is_listened_to();
        are_two.then(|| Sighted { by: self, text: hash(text) })
    }
}

impl Sighted {
    /// Whether the other source has not seen it. It took `elapsed` and has ended now.
    pub fn is_first(self, elapsed: Duration) -> bool {
        let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
        self.note(&mut seen, Instant::now(), elapsed)
    }

    /// Takes out the sight of the other source, or else notes this one.
    fn note(self, seen: &mut VecDeque<Seen>, now: Instant, elapsed: Duration) -> bool {
        let longest = elapsed.saturating_add(APART);
        let is_late = |at: Instant| now.duration_since(at) <= longest;
        let is_same = |other: Sighted| other.by != self.by && other.text == self.text;
        let mut latest = seen.iter().enumerate().rev().take_while(|(_, (_, at))| is_late(*at));
        let other = latest.find(|(_, (other, _))| is_same(*other)).map(|(index, _)| index);
        if let Some(index) = other {
            seen.remove(index);
            return false;
        }
        if seen.len() == MAX_SEEN {
            seen.pop_front();
        }
        seen.push_back((self, now));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOOK: Duration = Duration::from_millis(3);

    fn of(by: Sighting, text: u64) -> Sighted {
        Sighted { by, text }
    }

    #[test]
    fn whichever_source_comes_first_records_it_and_the_other_does_not() {
        let (mut seen, now) = (VecDeque::new(), Instant::now());
        for (first, second) in
            [(Sighting::Event, Sighting::Callback), (Sighting::Callback, Sighting::Event)]
        {
            assert!(of(first, 1).note(&mut seen, now, TOOK));
            assert!(of(first, 1).note(&mut seen, now, TOOK), "twice");
            assert!(of(second, 2).note(&mut seen, now, TOOK), "another one");
            assert!(!of(second, 1).note(&mut seen, now, TOOK));
            assert!(!of(second, 1).note(&mut seen, now, TOOK));
            assert!(of(second, 1).note(&mut seen, now, TOOK), "a third time");
            seen.clear();
        }
    }

    #[test]
    fn a_sight_that_was_long_before_was_another_statement() {
        let (mut seen, now) = (VecDeque::new(), Instant::now());
        assert!(of(Sighting::Event, 1).note(&mut seen, now, TOOK));
        let later = now + APART * 2;
        assert!(of(Sighting::Callback, 1).note(&mut seen, later, TOOK));
        // One that took as long may have been seen then.
        assert!(of(Sighting::Event, 2).note(&mut seen, now, TOOK));
        assert!(!of(Sighting::Callback, 2).note(&mut seen, now + APART * 2, APART * 2));
    }

    #[test]
    fn what_is_told_once_takes_no_more_and_more_memory() {
        let (mut seen, now) = (VecDeque::new(), Instant::now());
        for text in 0..10_000 {
            assert!(of(Sighting::Event, text).note(&mut seen, now, TOOK));
        }
        assert_eq!(seen.len(), MAX_SEEN);
        assert!(!of(Sighting::Callback, 9_999).note(&mut seen, now, TOOK));
    }
}
