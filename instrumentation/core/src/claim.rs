//! What an instrumentation has measured, told to a second source.

use std::{
    cell::Cell,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::claimed::Claimed;

/// What an instrumentation claims for itself while it runs: a second source that is told of it there, such as
/// by events of a driver, leaves it out, and counts what nobody claimed.
///
/// A claim is on the thread, for as long as [`run`](Self::run) is on its stack: what else the thread does
/// before and afterwards, other futures of one `join!` too, is not claimed. Without a second source it
/// costs one look at a flag.
///
/// ```
/// use kymo_core::Claim;
///
/// assert!(!Claim::Statement.run(|| Claim::Statement.is_made()));
/// Claim::listen(None);
/// assert!(Claim::Statement.run(|| Claim::Statement.is_made()));
/// assert!(!Claim::Statement.is_made());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// A statement that a database runs.
    Statement,
    /// The wait for a connection.
    Wait,
    /// What a migration runs: statements that are counted as such by whoever sees them, and that went round
    /// nobody, since they are measured as a migration.
    Migration,
    /// The bare connection that a migrator takes, which is measured as migrations: not what a pool runs
    /// meanwhile.
    Lending,
}

/// The way of claims to where a driver carries on the work of a thread, which is on a thread of its own.
///
/// What is begun last is ended first, on the same thread.
#[derive(Debug, Clone, Copy)]
pub struct Carry {
    /// Has a claim also made there from now on; `false` where that cannot be, and nothing is to be ended.
    pub begin: fn(Claim) -> bool,
    /// Ends what was begun last.
    pub end: fn(),
}

thread_local! {
    /// How often each is made.
    static MADE: [Cell<u32>; 4] = const { [const { Cell::new(0) }; 4] };
}

static IS_LISTENED_TO: AtomicBool = AtomicBool::new(false);
static IS_PROMISED: AtomicBool = AtomicBool::new(false);
static CARRY: OnceLock<Carry> = OnceLock::new();

impl Claim {
    /// Runs `piece`, which is measured here and nowhere else.
    pub fn run<T>(self, piece: impl FnOnce() -> T) -> T {
        if self.is_wanted() { self.make(piece) } else { piece() }
    }

    /// As [`Claim::run`], of what a driver carries on on a thread of its own.
    pub fn run_carried<T>(self, piece: impl FnOnce() -> T) -> T {
        if self.is_wanted() { self.carry(piece) } else { piece() }
    }

    /// As [`Claim::run`], of every poll of `future` and of its drop.
    pub fn around<F>(self, future: F) -> Claimed<F> {
        Claimed::new(self, false, future)
    }

    /// As [`Claim::around`], of what a driver carries on on a thread of its own.
    pub fn around_carried<F>(self, future: F) -> Claimed<F> {
        Claimed::new(self, true, future)
    }

    /// Whether anybody asks for it. Of connections that are lent that is no second source alone.
    fn is_wanted(self) -> bool {
        self == Self::Lending || Self::is_listened_to()
    }

    #[inline(never)]
    fn make<T>(self, piece: impl FnOnce() -> T) -> T {
        self.begin();
        let _made = Made(self);
        piece()
    }

    #[inline(never)]
    fn carry<T>(self, piece: impl FnOnce() -> T) -> T {
        let carry = CARRY.get().filter(|carry| (carry.begin)(self));
        let _carried = carry.map(|carry| Carried(carry.end));
        self.make(piece)
    }

    /// Makes it on this thread, until [`end`](Self::end): for whoever is told of a beginning and an end
    /// apart from one another.
    pub fn begin(self) {
        MADE.with(|made| made[self as usize].update(|times| times.saturating_add(1)));
    }

    /// Ends what [`begin`](Self::begin) began.
    pub fn end(self) {
        MADE.with(|made| made[self as usize].update(|times| times.saturating_sub(1)));
    }

    /// Whether it is made on this thread now.
    pub fn is_made(self) -> bool {
        MADE.with(|made| made[self as usize].get() > 0)
    }

    /// Whether a second source is there.
    pub fn is_listened_to() -> bool {
        IS_LISTENED_TO.load(Ordering::Relaxed)
    }

    /// A second source is there: claims are made from now on, and `carry` takes them to other threads.
    ///
    /// Of several sources, the first `carry` is used.
    pub fn listen(carry: Option<Carry>) {
        if let Some(carry) = carry {
            let _ = CARRY.set(carry);
        }
        IS_LISTENED_TO.store(true, Ordering::Relaxed);
    }

    /// An instrumentation is there that claims what it measures, so that what nobody claims has gone round
    /// it.
    pub fn promise() {
        IS_PROMISED.store(true, Ordering::Relaxed);
    }

    /// Whether there is an instrumentation that claims what it measures.
    pub fn is_promised() -> bool {
        IS_PROMISED.load(Ordering::Relaxed)
    }
}

/// A claim that ends when this is dropped, also where what was run unwinds.
struct Made(Claim);

impl Drop for Made {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// A claim that is carried until this is dropped.
struct Carried(fn());

impl Drop for Carried {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[cfg(test)]
mod tests {
    use std::{panic, thread};

    use super::*;

    #[test]
    fn a_claim_is_on_its_thread_while_it_runs_and_ends_where_it_unwinds() {
        Claim::listen(None);
        Claim::Statement.run(|| {
            Claim::Statement.run_carried(|| assert!(Claim::Statement.is_made()));
            assert!(Claim::Statement.is_made());
            assert!(!Claim::Wait.is_made());
            thread::scope(|scope| scope.spawn(|| assert!(!Claim::Statement.is_made())).join())
                .unwrap();
        });
        panic::catch_unwind(|| Claim::Statement.run(|| panic!("as it may"))).unwrap_err();
        assert!(!Claim::Statement.is_made());
    }

    #[test]
    fn a_claim_is_carried_until_what_runs_has_ended_or_unwinds() {
        thread_local! {
            static CARRIED: Cell<u32> = const { Cell::new(0) };
        }
        Claim::listen(Some(Carry {
            begin: |claim| {
                CARRIED.set(CARRIED.get() + u32::from(claim == Claim::Wait));
                claim == Claim::Wait
            },
            end: || CARRIED.set(CARRIED.get() - 1),
        }));
        Claim::Wait.run_carried(|| {
            Claim::Wait.run(|| assert_eq!(CARRIED.get(), 1));
            Claim::Wait.run_carried(|| assert_eq!(CARRIED.get(), 2));
            Claim::Statement.run_carried(|| assert_eq!(CARRIED.get(), 1));
            panic::catch_unwind(|| Claim::Wait.run_carried(|| panic!("as it may"))).unwrap_err();
            assert_eq!(CARRIED.get(), 1);
        });
        assert_eq!(CARRIED.get(), 0);
    }

    #[test]
    fn a_beginning_and_an_end_are_one_claim() {
        Claim::Wait.begin();
        Claim::Wait.begin();
        Claim::Wait.end();
        assert!(Claim::Wait.is_made());
        Claim::Wait.end();
        Claim::Wait.end();
        assert!(!Claim::Wait.is_made());
    }
}
