//! The statements that only the driver's own connection can run, behind one table for each driver.

use std::fmt::{self, Debug};

use futures_core::{future::BoxFuture, stream::BoxStream};
use kymo_sql::Dialect;
use sqlx::{Database, Describe, Either, Executor, SqlStr};

use crate::database::{
    peeked::Peeked,
    rows_affected::{self, ReadRows},
};

/// A driver's implementation of [`Executor`] for its connection, as plain functions.
///
/// Were it a bound of our own implementation for a `&mut`, the compiler would have to look for the
/// one among the others, and so on without end: code that is generic over the driver would no
/// longer compile in a program that has this crate, measured or not.
pub(crate) struct Driver<DB: Database> {
    pub(crate) fetch_many: FetchMany<DB>,
    pub(crate) fetch_optional: FetchOptional<DB>,
    pub(crate) prepare_with: PrepareWith<DB>,
    pub(crate) describe: DescribeText<DB>,
    pub(crate) read_rows: ReadRows<DB>,
}

/// One answer of a driver to a query, in the order in which it gives them.
pub(crate) type Step<DB> =
    sqlx::Result<Either<<DB as Database>::QueryResult, <DB as Database>::Row>>;

type FetchMany<DB> =
    for<'e> fn(&'e mut <DB as Database>::Connection, Peeked<DB>) -> BoxStream<'e, Step<DB>>;

type FetchOptional<DB> = for<'e> fn(
    &'e mut <DB as Database>::Connection,
    Peeked<DB>,
) -> BoxFuture<'e, sqlx::Result<Option<<DB as Database>::Row>>>;

type PrepareWith<DB> = for<'e> fn(
    &'e mut <DB as Database>::Connection,
    SqlStr,
    &'e [<DB as Database>::TypeInfo],
) -> BoxFuture<'e, sqlx::Result<<DB as Database>::Statement>>;

type DescribeText<DB> = for<'e> fn(
    &'e mut <DB as Database>::Connection,
    SqlStr,
) -> BoxFuture<'e, sqlx::Result<Describe<DB>>>;

impl<DB: Database> Driver<DB>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    DB::QueryResult: Debug,
{
    pub(crate) const OWN: &'static Self = &Self {
        fetch_many: |connection, query| connection.fetch_many(query),
        fetch_optional: |connection, query| connection.fetch_optional(query),
        prepare_with: |connection, sql, parameters| connection.prepare_with(sql, parameters),
        describe: |connection, sql| connection.describe(sql),
        read_rows: rows_affected::read::<DB::QueryResult>,
    };
}

impl<DB: Database> Driver<DB> {
    /// The SQL that this driver alone speaks; [`Dialect::Other`] if it may speak any.
    pub(crate) fn dialect() -> Dialect {
        match DB::NAME {
            "PostgreSQL" => Dialect::Postgres,
            "MySQL" => Dialect::MySql,
            "SQLite" => Dialect::Sqlite,
            _ => Dialect::Other,
        }
    }
}

impl<DB: Database> Debug for Driver<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Driver").field(&DB::NAME).finish()
    }
}
