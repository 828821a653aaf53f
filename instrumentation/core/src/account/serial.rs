//! The number of an account.

use std::{
    cell::Cell,
    num::NonZeroU64,
    sync::atomic::{AtomicU64, Ordering},
};

/// Tells accounts of one process apart: threads take the numbers in turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Serial(NonZeroU64);

/// How many numbers a thread takes at a time.
const TURN: u64 = 1 << 20;

static TAKEN: AtomicU64 = AtomicU64::new(1);

thread_local! {
    static NEXT: Cell<u64> = const { Cell::new(0) };
}

impl Serial {
    /// One that no other account has, for some 500,000 years of a million a second.
    #[inline]
    pub(super) fn next() -> Self {
        let mut next = NEXT.get();
        if next.is_multiple_of(TURN) {
            next = TAKEN.fetch_add(1, Ordering::Relaxed).wrapping_mul(TURN) | 1;
        }
        NEXT.set(next.wrapping_add(1));
        Self(NonZeroU64::new(next).unwrap_or(NonZeroU64::MIN))
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, thread};

    use super::*;

    #[test]
    fn no_two_accounts_have_the_same() {
        let numbers = || (0..1000).map(|_| Serial::next().0).collect::<Vec<_>>();
        let threads: Vec<_> = (0..4).map(|_| thread::spawn(numbers)).collect();
        let all: Vec<_> = threads.into_iter().flat_map(|it| it.join().unwrap()).collect();
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), 4000);
        NEXT.set(TURN - 1);
        assert_eq!(Serial::next().0.get(), TURN - 1);
        assert!(Serial::next().0.get() > TURN, "the next turn");
    }
}
