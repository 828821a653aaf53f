//! Reads what an SQL text does, without a connection and without a value in the answer.
//!
//! [`Statement::read`] gives the summary of the OpenTelemetry [database conventions], and what else a
//! program may want to know of a text before a server has answered:
//!
//! ```
//! use kymo_sql::{Dialect, Statement};
//!
//! for (text, summary, operation, collection, returns_rows) in [
//!     ("SELECT title FROM books WHERE id = 7", "SELECT books", Some("SELECT"), Some("books"), true),
//!     ("insert into orders values ('Dune')", "insert orders", Some("INSERT"), Some("orders"), false),
//!     ("INSERT INTO a SELECT * FROM b", "INSERT a SELECT b", Some("INSERT"), None, false),
//!     ("DELETE FROM \"a b\" RETURNING id", "DELETE \"a b\"", Some("DELETE"), Some("\"a b\""), true),
//!     ("WITH c AS (SELECT 1) SELECT * FROM c JOIN d ON 1 = 1", "SELECT SELECT d", Some("SELECT"), Some("d"), true),
//!     ("CREATE TABLE books (title TEXT)", "CREATE TABLE books", Some("CREATE"), None, false),
//!     ("-- name: by_author\nSELECT * FROM books", "by_author", Some("SELECT"), Some("books"), true),
//!     ("BEGIN; DELETE FROM a; COMMIT", "BATCH", None, None, false),
//!     ("SELECT * FROM books WHERE title = 'Dune", "SELECT", Some("SELECT"), None, true),
//!     ("hello", "", None, None, false),
//! ] {
//!     let read = Statement::read(Dialect::Postgres, text);
//!     assert_eq!(read.summary, summary);
//!     assert_eq!(read.operation, operation, "{text}");
//!     assert_eq!(read.collection.as_deref(), collection, "{text}");
//!     assert_eq!(read.returns_rows, returns_rows, "{text}");
//! }
//! ```
//!
//! It says which rows a statement changes, and how the transaction:
//!
//! ```
//! use kymo_sql::{Dialect, SavepointName, Statement, TransactionStatement};
//!
//! let update = Statement::read(Dialect::Sqlite, "UPDATE books SET stock = 0");
//! assert_eq!(update.changed().map(|change| (change.operation, change.table)), Some(("UPDATE", "books")));
//!
//! let set = Statement::read(Dialect::MySql, "savepoint `A`");
//! let name = SavepointName::of("a", Dialect::MySql);
//! assert_eq!(set.transaction, TransactionStatement::Savepoint(name));
//!
//! let create = Statement::read(Dialect::MySql, "CREATE TABLE books (title TEXT)");
//! assert_eq!(create.transaction, TransactionStatement::ImplicitCommit);
//! ```
//!
//! # What it is not
//!
//! No parser: it follows the words that say what is done and where, by the [`Dialect`], and takes any
//! text, in time that grows with its length. A name is shown as it is written and where it stands for
//! a target; a value never is, nor anything behind a quote that nothing closes. It knows nothing of
//! what the server has: a view is a table to it, and what a trigger changes is not seen.
//!
//! # How it reads
//!
//! The `lexer` cuts the text into tokens by its `dialect`; the `machine` follows them, with a `frame`
//! for each pair of `parentheses`, into the `outcome` of each statement. What a word does there is in
//! `words`, of verbs in `verbs`, of kinds of things in `objects`, and of transactions in
//! `transaction`.
//!
//! [database conventions]: https://opentelemetry.io/docs/specs/semconv/database/database-spans/#generating-a-summary-of-the-query

mod beginning;
mod ctes;
mod dialect;
mod divider;
mod frame;
mod keyword;
mod label;
mod lexer;
mod literal;
mod machine;
mod name;
mod objects;
mod outcome;
mod parentheses;
mod references;
mod statement;
mod system;
mod target;
mod token;
mod transaction;
mod verbs;
mod words;

pub use dialect::Dialect;
pub use statement::{Change, Statement};
pub use system::System;
pub use transaction::{SavepointName, TransactionStatement};

#[cfg(test)]
mod tests;
