//! The account that a thread is lent.

use std::{
    cell::{Cell, LazyCell},
    mem::ManuallyDrop,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{Part, entries::Entries, serial::Serial};

/// The account of the work that a thread does.
#[derive(Debug, Default)]
pub(super) enum Lent {
    /// It does no work that has one.
    #[default]
    Nobody,
    /// One without entries.
    Open(Opening),
    Own(Box<Entries>),
    /// One that was carried to others.
    Shared(Arc<Mutex<Entries>>),
}

/// How entries are opened.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opening {
    /// How often makes a query a repeated one.
    pub(super) limit: u16,
    /// Since when its owner is polled; `None` if it is not timed.
    pub(super) poll: Option<Instant>,
}

thread_local! {
    /// It is lent for as long as a poll takes, so that there is nothing to be dropped with the thread.
    static LENT: Cell<ManuallyDrop<Lent>> = const { Cell::new(ManuallyDrop::new(Lent::Nobody)) };
}

impl Lent {
    /// Lends it to this thread, and gives what the thread was lent before.
    #[inline]
    pub(super) fn replace(self) -> Self {
        LENT.with(|lent| ManuallyDrop::into_inner(lent.replace(ManuallyDrop::new(self))))
    }

    /// Writes into the account that this thread is lent, if there is one that is not closed; its first entry is of
    /// the moment `at`.
    #[inline]
    pub(super) fn with<T>(
        at: impl FnOnce() -> Instant,
        write: impl FnOnce(&mut Entries) -> T,
    ) -> Option<T> {
        LENT.with(|lent| {
            // Whoever writes does not look again, and would find nobody.
            let mut taken = lent.replace(ManuallyDrop::new(Self::Nobody));
            let written = match &mut *taken {
                Self::Nobody => return None,
                Self::Own(entries) => Some(write(entries)),
                other => other.write(at, write),
            };
            lent.set(taken);
            written
        })
    }

    /// As [`Lent::with`], if the account has any entries.
    #[inline]
    pub(super) fn with_entries(write: impl FnOnce(&mut Entries)) {
        let mut lent = Self::Nobody.replace();
        match &mut lent {
            Self::Nobody | Self::Open(_) => {}
            Self::Own(entries) => write(entries),
            Self::Shared(_) => drop(lent.write(Instant::now, write)),
        }
        lent.replace();
    }

    #[inline(never)]
    fn write<T>(
        &mut self,
        at: impl FnOnce() -> Instant,
        write: impl FnOnce(&mut Entries) -> T,
    ) -> Option<T> {
        if let Self::Open(opening) = *self {
            *self = Self::Own(Box::new(Entries::new(at(), opening)));
        }
        match self {
            Self::Own(entries) => Some(write(entries)),
            Self::Shared(entries) => {
                let mut entries = lock(entries);
                (!entries.is_closed).then(|| write(&mut entries))
            }
            Self::Nobody | Self::Open(_) => None,
        }
    }

    /// Has the account that this thread is lent shared from now on, and gives it.
    pub(super) fn share() -> Option<Arc<Mutex<Entries>>> {
        let entries = match Self::Nobody.replace() {
            Self::Nobody => return None,
            Self::Open(opening) => Arc::new(Mutex::new(Entries::new(Instant::now(), opening))),
            Self::Own(entries) => Arc::new(Mutex::new(*entries)),
            Self::Shared(entries) => entries,
        };
        Self::Shared(Arc::clone(&entries)).replace();
        Some(entries)
    }
}

pub(super) fn lock(entries: &Mutex<Entries>) -> MutexGuard<'_, Entries> {
    entries.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A part is under way in the account that this thread is lent, whose number is given.
#[inline]
pub(crate) fn begin(part: Part, at: Instant) -> Option<Serial> {
    Lent::with(
        || at,
        |entries| {
            entries.begin(part as usize, at);
            entries.serial()
        },
    )
}

/// A part goes on in the account that this thread is lent, whose number is given: since when is asked for if there
/// is one.
#[inline]
pub(crate) fn go_on(part: Part, since: impl FnOnce() -> Instant) -> Option<Serial> {
    let since = LazyCell::new(since);
    Lent::with(
        || *since,
        |entries| {
            entries.go_on(part as usize, *since);
            entries.serial()
        },
    )
}

/// What was [begun](begin) has ended, after `elapsed`: in no other account than it was begun in.
#[inline]
pub(crate) fn end(part: Part, serial: Serial, at: Instant, elapsed: Duration) {
    Lent::with_entries(|entries| {
        if entries.serial() == serial {
            entries.end(part as usize, at, elapsed);
        }
    });
}

/// What was [begun](begin) as `begun` has waited for a connection until `at`, and is of this part from then on.
#[inline]
pub(crate) fn waited(begun: Part, part: Part, serial: Serial, at: Instant) {
    Lent::with_entries(|entries| {
        if entries.serial() == serial {
            entries.waited(begun as usize, part as usize, at);
        }
    });
}
