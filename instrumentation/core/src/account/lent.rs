//! The account that a thread is lent.

use std::{
    cell::{Cell, LazyCell, RefCell},
    mem::{self, ManuallyDrop},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{Part, entries::Entries, serial::Serial};
use crate::here;

/// The account of the work that a thread does.
#[derive(Debug, Default)]
pub(crate) enum Lent {
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
pub(crate) struct Opening {
    /// How often makes a query a repeated one.
    pub(super) limit: u16,
    /// Since when its owner is polled; `None` if it is not timed.
    pub(super) poll: Option<Instant>,
}

thread_local! {
    /// Means something while the [work](here::work) of this thread is open.
    static OPENING: Cell<Opening> = const { Cell::new(Opening { limit: 0, poll: None }) };
    /// The account with entries, while the work of this thread has one. It is lent for as long as a poll takes, so that
    /// there is nothing to be dropped with the thread.
    static ENTERED: RefCell<ManuallyDrop<Lent>> =
        const { RefCell::new(ManuallyDrop::new(Lent::Nobody)) };
}

impl Opening {
    /// Lends an account without entries to this thread, which is lent none.
    #[inline]
    pub(super) fn lend(self) {
        OPENING.set(self);
    }
}

impl Lent {
    /// Lends it to this thread, and gives what the thread was lent before.
    ///
    /// While an account is written into, it is given back at once, and the thread keeps what it is lent.
    pub(crate) fn replace(self) -> Self {
        if ENTERED.with(|lent| lent.try_borrow_mut().is_err()) {
            return self;
        }
        let work = here::work();
        let before = if work.is_open() { Self::Open(OPENING.get()) } else { Self::take() };
        here::set_work(match self {
            Self::Nobody => work.lent_none(),
            Self::Open(opening) => {
                OPENING.set(opening);
                work.open()
            }
            entered => {
                entered.put();
                work.entered()
            }
        });
        before
    }

    /// The account with entries, of which the thread has none any more.
    fn take() -> Self {
        ENTERED.with(|lent| match lent.try_borrow_mut() {
            Ok(mut lent) => ManuallyDrop::into_inner(mem::take(&mut *lent)),
            Err(_) => Self::Nobody,
        })
    }

    fn put(self) {
        ENTERED.with(|lent| {
            if let Ok(mut lent) = lent.try_borrow_mut() {
                *lent = ManuallyDrop::new(self);
            }
        });
    }

    /// Writes into the account that this thread is lent, if there is one that is not closed; its first entry is of
    /// the moment `at`.
    ///
    /// Whoever writes does not look again, and would find nobody.
    #[expect(clippy::inline_always, reason = "each operation does it several times")]
    #[inline(always)]
    pub(super) fn with<T>(
        at: impl FnOnce() -> Instant,
        write: impl FnOnce(&mut Entries) -> T,
    ) -> Option<T> {
        let work = here::work();
        if !work.is_lent() {
            return None;
        }
        if work.is_open() {
            Self::open(at());
        }
        Self::with_entries(write)
    }

    /// As [`Lent::with`], if the account has any entries.
    #[expect(clippy::inline_always, reason = "as above")]
    #[inline(always)]
    pub(super) fn with_entries<T>(write: impl FnOnce(&mut Entries) -> T) -> Option<T> {
        ENTERED.with(|lent| match &mut **lent.try_borrow_mut().ok()? {
            Self::Own(entries) => Some(write(entries)),
            other => other.with_shared(write),
        })
    }

    #[cold]
    fn with_shared<T>(&self, write: impl FnOnce(&mut Entries) -> T) -> Option<T> {
        let Self::Shared(entries) = self else { return None };
        let mut entries = lock(entries);
        (!entries.is_closed).then(|| write(&mut entries))
    }

    /// The account that is open has entries from `at` on.
    #[inline(never)]
    fn open(at: Instant) {
        Self::Own(Box::new(Entries::new(at, OPENING.get()))).put();
        here::set_work(here::work().entered());
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
