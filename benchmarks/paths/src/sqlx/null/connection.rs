//! A connection to nowhere.

use std::future::{Future, ready};
use std::iter;
use std::str::FromStr;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use sqlx::{
    ConnectOptions, Connection, Describe, Either, Error, Execute, Executor, Result, SqlStr,
    Transaction,
};
use sqlx_core::{
    Url, connection::LogSettings, logger::QueryLogger, transaction::TransactionManager,
};

use super::{
    Null,
    nothing::Nothing,
    row::{Changed, Row},
};
use crate::sqlx::workload::{INSERT, MANY, MANY_ROWS};

#[derive(Debug)]
pub struct NullConnection {
    transactions: usize,
    is_logged: bool,
}

#[derive(Debug, Clone, Default)]
pub struct NullOptions {
    /// Whether it tells of its statements by an event, as the drivers of sqlx do.
    pub is_logged: bool,
}

impl NullConnection {
    /// Writes the event when it is dropped.
    fn logger(&self, sql: SqlStr) -> Option<QueryLogger> {
        self.is_logged.then(|| QueryLogger::new(sql, LogSettings::default()))
    }
}

pub struct NullTransactions;

impl<'c> Executor<'c> for &'c mut NullConnection {
    type Database = Null;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Either<Changed, Row>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Null>,
    {
        let sql = query.sql();
        let (changed, rows) = match sql.as_str() {
            INSERT => (1, 0),
            MANY_ROWS => (0, MANY),
            _ => (0, 1),
        };
        let logger = self.logger(sql);
        let rows = iter::repeat_with(|| Ok(Either::Right(Row))).take(rows);
        let end = Ok(Either::Left(Changed { changes: changed, last_insert_rowid: 0 }));
        let answers = stream::iter(rows.chain(iter::once(end)));
        match logger {
            None => Box::pin(answers),
            Some(mut logger) => Box::pin(answers.inspect(move |answer| match answer {
                Ok(Either::Left(changed)) => logger.increase_rows_affected(changed.changes),
                _ => logger.increment_rows_returned(),
            })),
        }
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<Row>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Null>,
    {
        if !self.is_logged {
            return Box::pin(ready(Ok(Some(Row))));
        }
        let logger = self.logger(query.sql());
        Box::pin(async move {
            if let Some(mut logger) = logger {
                logger.increment_rows_returned();
            }
            Ok(Some(Row))
        })
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
        Ok(Self::default())
    }

    async fn connect(&self) -> Result<NullConnection> {
        Ok(NullConnection { transactions: 0, is_logged: self.is_logged })
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
        Ok(Self::default())
    }
}
