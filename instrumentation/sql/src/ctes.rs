//! Common table expressions, which are no tables.

use crate::{dialect::Dialect, frame::Clause, machine::Machine};

/// More common table expressions than this, and no name is taken any more.
const MAX_CTES: usize = 32;

impl<'a> Machine<'a> {
    pub(crate) fn name_cte(&mut self, name: &'a str) {
        // Elsewhere a query sees itself only where it is said to be recursive.
        let sees_itself =
            self.frame().is_recursive || matches!(self.dialect, Dialect::Sqlite | Dialect::Other);
        if sees_itself {
            self.add_cte(name);
        }
        self.frame().clause = Clause::Cte((!sees_itself).then_some(name));
    }

    /// The body of a common table expression is over: what follows sees it.
    pub(crate) fn end_cte(&mut self) {
        if let Clause::Cte(Some(name)) = self.frame().clause {
            self.add_cte(name);
        }
    }

    fn add_cte(&mut self, name: &'a str) {
        if self.ctes.len() < MAX_CTES {
            self.ctes.push(name);
        } else {
            self.is_frozen = true;
            self.outcome.has_more_tables = true;
        }
    }

    pub(crate) fn is_cte(&self, name: &str) -> bool {
        self.ctes.iter().any(|cte| bare(cte).eq_ignore_ascii_case(bare(name)))
    }
}

/// A name without its quotes.
fn bare(name: &str) -> &str {
    name.trim_matches(['"', '`', '[', ']'])
}
