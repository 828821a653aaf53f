//! A connection to nowhere.

use std::future::{Future, ready};
use std::iter;
use std::str::FromStr;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use sqlx::{
    ConnectOptions, Connection, Describe, Either, Error, Execute, Executor, Result, SqlStr,
    Transaction,
};
use sqlx_core::{Url, transaction::TransactionManager};

use super::{
    Null,
    nothing::Nothing,
    row::{Changed, Row},
};
use crate::sqlx::workload::{INSERT, MANY, MANY_ROWS};

#[derive(Debug)]
pub struct NullConnection {
    transactions: usize,
}

#[derive(Debug, Clone)]
pub struct NullOptions;

pub struct NullTransactions;

impl<'c> Executor<'c> for &'c mut NullConnection {
    type Database = Null;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Either<Changed, Row>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Null>,
    {
        let (changes, rows) = match query.sql().as_str() {
            INSERT => (1, 0),
            MANY_ROWS => (0, MANY),
            _ => (0, 1),
        };
        let rows = iter::repeat_with(|| Ok(Either::Right(Row))).take(rows);
        let end = Ok(Either::Left(Changed { changes, last_insert_rowid: 0 }));
        Box::pin(stream::iter(rows.chain(iter::once(end))))
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, _query: E) -> BoxFuture<'e, Result<Option<Row>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Null>,
    {
        Box::pin(ready(Ok(Some(Row))))
    }

    fn prepare_with<'e>(
        self,
        _sql: SqlStr,
        _parameters: &'e [Nothing],
    ) -> BoxFuture<'e, Result<Nothing>>
    where
        'c: 'e,
    {
        Box::pin(ready(Err(Error::Protocol("nothing can be prepared".to_owned()))))
    }

    fn describe<'e>(self, _sql: SqlStr) -> BoxFuture<'e, Result<Describe<Null>>>
    where
        'c: 'e,
    {
        Box::pin(ready(Err(Error::Protocol("nothing can be described".to_owned()))))
    }
}

impl Connection for NullConnection {
    type Database = Null;
    type Options = NullOptions;

    async fn close(self) -> Result<()> {
        Ok(())
    }

    async fn close_hard(self) -> Result<()> {
        Ok(())
    }

    async fn ping(&mut self) -> Result<()> {
        Ok(())
    }

    fn begin(&mut self) -> impl Future<Output = Result<Transaction<'_, Null>>> + Send + '_ {
        Transaction::begin(self, None)
    }

    fn shrink_buffers(&mut self) {}

    async fn flush(&mut self) -> Result<()> {
        Ok(())
    }

    fn should_flush(&self) -> bool {
        false
    }
}

impl TransactionManager for NullTransactions {
    type Database = Null;

    async fn begin(connection: &mut NullConnection, _statement: Option<SqlStr>) -> Result<()> {
        connection.transactions += 1;
        Ok(())
    }

    async fn commit(connection: &mut NullConnection) -> Result<()> {
        connection.transactions -= 1;
        Ok(())
    }

    async fn rollback(connection: &mut NullConnection) -> Result<()> {
        connection.transactions -= 1;
        Ok(())
    }

    fn start_rollback(connection: &mut NullConnection) {
        connection.transactions -= 1;
    }

    fn get_transaction_depth(connection: &NullConnection) -> usize {
        connection.transactions
    }
}

impl ConnectOptions for NullOptions {
    type Connection = NullConnection;

    fn from_url(_url: &Url) -> Result<Self> {
        Ok(Self)
    }

    async fn connect(&self) -> Result<NullConnection> {
        Ok(NullConnection { transactions: 0 })
    }

    fn log_statements(self, _level: log::LevelFilter) -> Self {
        self
    }

    fn log_slow_statements(self, _level: log::LevelFilter, _duration: Duration) -> Self {
        self
    }
}

impl FromStr for NullOptions {
    type Err = Error;

    fn from_str(_url: &str) -> Result<Self> {
        Ok(Self)
    }
}
