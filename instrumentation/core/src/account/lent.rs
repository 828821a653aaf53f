//! The account that a thread is lent.

use std::{
    cell::RefCell,
    mem::{self, ManuallyDrop},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{Part, entries::Entries, serial::Serial};

/// The account of the work that a thread does.
#[derive(Debug, Default)]
pub(super) enum Lent {
    /// It does no work that has one.
    #[default]
    Nobody,
    /// One without entries, whose owner is polled.
    Open(Opening),
    Own(Box<Entries>),
    /// One that was carried to others.
    Shared(Arc<Mutex<Entries>>),
}

/// How entries are opened.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opening {
    /// Since when the owner is polled.
    pub(super) poll: Instant,
    /// How often makes a query a repeated one.
    pub(super) limit: u16,
}

thread_local! {
    /// It is lent for as long as a poll takes, so that there is nothing to be dropped with the thread.
    static LENT: RefCell<ManuallyDrop<Lent>> = const { RefCell::new(ManuallyDrop::new(Lent::Nobody)) };
}

impl Lent {
    /// Lends it to this thread, and gives what the thread was lent before.
    #[inline]
    pub(super) fn replace(self) -> Self {
        LENT.with(|lent| match lent.try_borrow_mut() {
            Ok(mut lent) => mem::replace(&mut **lent, self),
            // Nobody looks at it for longer than one entry.
            Err(_) => self,
        })
    }

    /// Writes into the account that this thread is lent, if there is one that is not closed.
    #[inline]
    pub(super) fn with<T>(write: impl FnOnce(&mut Entries) -> T) -> Option<T> {
        LENT.with(|lent| {
            let mut lent = lent.try_borrow_mut().ok()?;
            match &mut **lent {
                Self::Nobody => None,
                Self::Own(entries) => Some(write(entries)),
                other => other.write(write),
            }
        })
    }

    #[inline(never)]
    fn write<T>(&mut self, write: impl FnOnce(&mut Entries) -> T) -> Option<T> {
        if let Self::Open(Opening { poll, limit }) = *self {
            *self = Self::Own(Box::new(Entries::new(poll, limit)));
        }
        match self {
            Self::Own(entries) => Some(write(entries)),
            Self::Shared(entries) => {
                let mut entries = entries.lock().unwrap_or_else(PoisonError::into_inner);
                (!entries.is_closed).then(|| write(&mut entries))
            }
            Self::Nobody | Self::Open(_) => None,
        }
    }

    /// Has the account that this thread is lent shared from now on, and gives it.
    pub(super) fn share() -> Option<Arc<Mutex<Entries>>> {
        LENT.with(|lent| {
            let mut lent = lent.try_borrow_mut().ok()?;
            let entries = match mem::take(&mut **lent) {
                Self::Nobody => return None,
                Self::Open(Opening { poll, limit }) => {
                    Arc::new(Mutex::new(Entries::new(poll, limit)))
                }
                Self::Own(entries) => Arc::new(Mutex::new(*entries)),
                Self::Shared(entries) => entries,
            };
            **lent = Self::Shared(Arc::clone(&entries));
            Some(entries)
        })
    }
}

/// A part is under way in the account that this thread is lent, whose number is given.
#[inline]
pub(crate) fn begin(part: Part, at: Instant) -> Option<Serial> {
    Lent::with(|entries| {
        entries.begin(part as usize, at);
        entries.serial()
    })
}

/// What was [begun](begin) has ended, after `elapsed`: in no other account than it was begun in.
#[inline]
pub(crate) fn end(part: Part, serial: Serial, at: Instant, elapsed: Duration) {
    Lent::with(|entries| {
        if entries.serial() == serial {
            entries.end(part as usize, at, elapsed);
        }
    });
}

/// What was [begun](begin) begins anew.
pub(crate) fn restart(serial: Serial, at: Instant) {
    Lent::with(|entries| {
        if entries.serial() == serial {
            entries.restart(at);
        }
    });
}
