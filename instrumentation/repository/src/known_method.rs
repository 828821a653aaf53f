//! What the body of a method remembers of itself.

use std::sync::{
    OnceLock,
    atomic::{AtomicU32, Ordering},
};

use kymo_core::{Bounded, SeriesHint};

/// What the body of a method remembers of itself between its calls: which name it has, and where its series is.
///
/// It is that of the first provider whose repository it was called with, of which a program has one; with any other,
/// the name is looked up each time.
#[derive(Debug, Default)]
pub struct KnownMethod {
    name: OnceLock<(Serial, Bounded)>,
    pub(crate) series: SeriesHint,
}

/// Tells those apart who have names of methods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Serial(u32);

impl KnownMethod {
    /// Nothing is remembered yet.
    pub const fn new() -> Self {
        Self { name: OnceLock::new(), series: SeriesHint::new() }
    }

    /// Its name among those of `serial`, which is looked up where it is not remembered.
    #[inline]
    pub(crate) fn name(&self, serial: Serial, look_up: impl FnOnce() -> Bounded) -> Bounded {
        match self.name.get() {
            Some((known, name)) if *known == serial => *name,
            _ => self.remember(serial, look_up()),
        }
    }

    #[cold]
    fn remember(&self, serial: Serial, name: Bounded) -> Bounded {
        // Each call of one that is folded is to be counted.
        if name != Bounded::OTHER {
            self.name.get_or_init(|| (serial, name));
        }
        name
    }
}

impl Serial {
    /// One that nobody else has, of four thousand million.
    pub(crate) fn next() -> Self {
        static TAKEN: AtomicU32 = AtomicU32::new(0);
        Self(TAKEN.fetch_add(1, Ordering::Relaxed))
    }
}
