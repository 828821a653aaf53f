//! A stream of rows, measured until it ends or is dropped.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::{Stream, stream::BoxStream};
use futures_util::stream;
use kymo_core::Claim;
use kymo_sqlx::told::Operation;
use sea_orm::{DbErr, QueryResult};

use crate::{
    callback::inside,
    observe::{fail, returned},
};

pub(crate) type Row = Result<QueryResult, DbErr>;

/// The rows of one statement; the operation starts with the first poll, and is recorded after the last row.
pub struct MeasuredQueryStream<'e> {
    rows: BoxStream<'e, Row>,
    /// Until it has ended.
    operation: Option<Operation<'e>>,
}

impl<'e> MeasuredQueryStream<'e> {
    pub(crate) fn new(
        rows: impl Stream<Item = Row> + Send + 'e,
        operation: Option<Operation<'e>>,
    ) -> Self {
        Self { rows: Box::pin(rows), operation }
    }
}

impl Stream for MeasuredQueryStream<'_> {
    type Item = Row;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Row>> {
        let Self { rows, operation: measured } = &mut *self;
        let Some(operation) = measured else {
            return Claim::Statement.run_carried(|| rows.as_mut().poll_next(context));
        };
        operation.start();
        let (polled, _) = operation.run(|| inside(|| rows.as_mut().poll_next(context)));
        let row = ready!(polled);
        match &row {
            Some(Ok(_)) => {
                returned(operation, 1);
                return Poll::Ready(row);
            }
            Some(Err(error)) => fail(operation, error),
            None => operation.succeed(),
        }
        *measured = None;
        Poll::Ready(row)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rows.size_hint()
    }
}

impl Drop for MeasuredQueryStream<'_> {
    /// The driver's own drop belongs to the statement, also when that has ended.
    fn drop(&mut self) {
        let Self { rows, operation } = self;
        let clear = || inside(|| *rows = Box::pin(stream::empty()));
        match operation {
            Some(operation) => operation.run(clear),
            None => Claim::Statement.run_carried(clear),
        };
    }
}

impl fmt::Debug for MeasuredQueryStream<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MeasuredQueryStream").finish_non_exhaustive()
    }
}
