//! What an instrumentation has measured, told to a second source.

use std::{
    any::Any,
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
/// Claim::listen(|_| None);
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
}

/// Has a claim, until what this gives is dropped, also made where a driver carries on the work of this
/// thread, which is on a thread of its own; `None` where that cannot be.
pub type Carry = fn(Claim) -> Option<Box<dyn Any>>;

thread_local! {
    /// How often each is made.
    static MADE: [Cell<u32>; 3] = const { [const { Cell::new(0) }; 3] };
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

    /// Whether anybody asks for it. Of migrations that are no second source alone.
    fn is_wanted(self) -> bool {
        self == Self::Migration || Self::is_listened_to()
    }

    #[inline(never)]
    fn make<T>(self, piece: impl FnOnce() -> T) -> T {
        self.begin();
        let _made = Made(self);
        piece()
    }

    #[inline(never)]
    fn carry<T>(self, piece: impl FnOnce() -> T) -> T {
        let _carried = CARRY.get().and_then(|carry| carry(self));
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
    pub(crate) fn is_listened_to() -> bool {
        IS_LISTENED_TO.load(Ordering::Relaxed)
    }

    /// A second source is there: claims are made from now on, and `carry` takes them to other threads.
    ///
    /// Of several sources, the first one's `carry` is used.
    pub fn listen(carry: Carry) {
        let _ = CARRY.set(carry);
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

#[cfg(test)]
mod tests {
    use std::{panic, thread};

    use super::*;

    #[test]
    fn a_claim_is_on_its_thread_while_it_runs_and_ends_where_it_unwinds() {
        Claim::listen(|_| None);
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
