//! Rows that a statement has changed.

use kymo_core::Bounded;

/// Whose rows a statement has changed, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Changed {
    /// `INSERT`, `REPLACE`, `UPDATE`, `DELETE` or `MERGE`.
    pub(crate) operation: &'static str,
    /// As the statement writes it, within the budget.
    pub(crate) table: Bounded,
}
