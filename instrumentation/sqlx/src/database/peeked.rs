//! A query that was taken apart to read its text, and put together again.

use sqlx::{Database, Execute, SqlStr, error::BoxDynError};

/// Stands for the query before a driver: the same parts, in the same state.
pub(crate) struct Peeked<DB: Database> {
    statement: Option<DB::Statement>,
    arguments: Option<Result<Option<DB::Arguments>, BoxDynError>>,
    persistent: bool,
    sql: SqlStr,
}

impl<DB: Database> Peeked<DB> {
    /// Takes `query` apart.
    ///
    /// In the order in which the drivers do it: some queries answer `persistent` by what is left
    /// of their arguments, and `sql` consumes them.
    pub(crate) fn of<'q>(mut query: impl Execute<'q, DB>) -> Self {
        let statement = query.statement().cloned();
        let arguments = Some(query.take_arguments());
        let persistent = query.persistent();
        Self { statement, arguments, persistent, sql: query.sql() }
    }

    pub(crate) fn text(&self) -> &str {
        self.sql.as_str()
    }
}

impl<DB: Database> Execute<'_, DB> for Peeked<DB> {
    fn sql(self) -> SqlStr {
        self.sql
    }

    fn statement(&self) -> Option<&DB::Statement> {
        self.statement.as_ref()
    }

    fn take_arguments(&mut self) -> Result<Option<DB::Arguments>, BoxDynError> {
        self.arguments.take().unwrap_or(Ok(None))
    }

    fn persistent(&self) -> bool {
        self.persistent
    }
}
