//! The statements that a program sends.

use kymo_core::Texts;
use kymo_sql::{Dialect, System};

use crate::recording::{remembered::Remembered, statement::Statement, without::Without};

/// From a statement's text to what is known of it, in the dialect of one system.
#[derive(Debug)]
pub(crate) struct Statements {
    dialect: Dialect,
    texts: Texts<Remembered>,
}

impl Statements {
    /// Nothing is remembered yet.
    pub(crate) fn new(system: System) -> Self {
        Self { dialect: system.dialect(), texts: Texts::new() }
    }

    /// The statement of `sql`, without what is not wanted.
    pub(crate) fn find(&self, sql: &str, without: Without) -> Statement<'_> {
        let text = self.texts.find(sql, |sql| Remembered::of(sql, self.dialect));
        Statement::new(text, without)
    }
}

#[cfg(test)]
mod tests;
