//! The one statement that is claimed among others.

use std::{cell::Cell, hash::BuildHasher as _};

use foldhash::fast::FixedState;

use crate::Claim;

/// The statement that a library above a driver runs, where the thread may run others meanwhile: those of the
/// hooks of a pool that the library waits for a connection of.
///
/// A [`Claim`] is of everything that runs inside it; this is of one statement, known by its text.
///
/// ```
/// use kymo_core::{Claim, ClaimedText};
///
/// assert_eq!(ClaimedText::of("SELECT 1"), None);
/// Claim::listen(None);
/// let select = ClaimedText::of("SELECT 1").unwrap();
/// select.run(|| {
///     let running = ClaimedText::now().unwrap();
///     assert!(running.is("SELECT 1", false));
///     assert!(!running.is("SET search_path = shop", false));
/// });
/// assert_eq!(ClaimedText::now(), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimedText(Sought);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sought {
    /// The one whose text has this hash.
    Text(u64),
    /// Whatever begins or ends a transaction: the driver chooses the words.
    Transaction,
}

thread_local! {
    static RUNNING: Cell<Option<ClaimedText>> = const { Cell::new(None) };
}

impl ClaimedText {
    /// The statement `sql`; `None` where nobody asks for claims.
    pub fn of(sql: &str) -> Option<Self> {
        Claim::is_listened_to().then(|| Self(Sought::Text(hash(sql))))
    }

    /// A statement that begins or ends a transaction or a savepoint; `None` where nobody asks for claims.
    pub fn of_transaction() -> Option<Self> {
        Claim::is_listened_to().then_some(Self(Sought::Transaction))
    }

    /// Runs `piece`, in which this statement is measured, and no other.
    pub fn run<T>(self, piece: impl FnOnce() -> T) -> T {
        let _before = Before(RUNNING.replace(Some(self)));
        piece()
    }

    /// What is claimed on this thread now.
    pub fn now() -> Option<Self> {
        RUNNING.get()
    }

    /// Whether the statement `sql`, which begins or ends a transaction or not, is this one.
    pub fn is(self, sql: &str, is_of_transaction: bool) -> bool {
        match self.0 {
            Sought::Text(text) => text == hash(sql),
            Sought::Transaction => is_of_transaction,
        }
    }
}

/// Puts back what was claimed before, also where what was run unwinds.
struct Before(Option<ClaimedText>);

impl Drop for Before {
    fn drop(&mut self) {
        RUNNING.set(self.0);
    }
}

/// The same in all of a process.
pub(crate) fn hash(text: &str) -> u64 {
    FixedState::default().hash_one(text)
}

#[cfg(test)]
mod tests {
    use std::panic;

    use super::*;

    #[test]
    fn one_inside_another_is_claimed_alone_and_ends_where_it_unwinds() {
        Claim::listen(None);
        let [outer, inner] = ["SELECT 1", "SELECT 2"].map(|sql| ClaimedText::of(sql).unwrap());
        outer.run(|| {
            let unwinding = || inner.run(|| panic!("{:?}", ClaimedText::now() == Some(inner)));
            let message = panic::catch_unwind(unwinding).unwrap_err();
            assert_eq!(message.downcast_ref::<String>().unwrap(), "true");
            assert_eq!(ClaimedText::now(), Some(outer));
        });
        assert_eq!(ClaimedText::now(), None);
    }

    #[test]
    fn what_begins_or_ends_a_transaction_is_known_by_what_it_does() {
        Claim::listen(None);
        let begin = ClaimedText::of_transaction().unwrap();
        assert!(begin.is("SAVEPOINT _sqlx_savepoint_1", true));
        assert!(!begin.is("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", false));
    }
}
