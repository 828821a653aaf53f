//! Who has sent a statement.

use crate::{opening, question};

/// Who has sent a statement, as far as its text tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Origin {
    Program,
    /// A driver, which opens a connection.
    Opening,
    /// A driver, which asks in order to run another statement.
    Question,
}

impl Origin {
    pub(crate) fn of(sql: &str) -> Self {
        if opening::is_of_driver(sql) {
            Self::Opening
        } else if question::is_of_driver(sql) {
            Self::Question
        } else {
            Self::Program
        }
    }
}
