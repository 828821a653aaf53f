//! A stream of rows, measured until it ends or is dropped.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::{Stream, stream::BoxStream};
use futures_util::stream;
use kymo_sqlx::told::{Claiming, Operation};
use sea_orm::{DbErr, QueryResult};

use crate::{
    callback::inside,
    observe::{fail, returned},
};

pub(crate) type Row = Result<QueryResult, DbErr>;

/// The rows of one statement; the operation starts with the first poll, and is recorded after the last row.
pub struct MeasuredQueryStream<'e> {
    rows: BoxStream<'e, Row>,
    state: State<'e>,
}

enum State<'e> {
    /// Until it has ended.
    Running(Operation<'e>),
    /// What the driver still does belongs to the statement.
    Over(Claiming),
    /// The rows measure themselves.
    Inside,
}

impl<'e> MeasuredQueryStream<'e> {
    pub(crate) fn new(rows: impl Stream<Item = Row> + Send + 'e, operation: Operation<'e>) -> Self {
        Self { rows: Box::pin(rows), state: State::Running(operation) }
    }

    /// Of rows that are measured.
    pub(crate) fn of_measured(rows: impl Stream<Item = Row> + Send + 'e) -> Self {
        Self { rows: Box::pin(rows), state: State::Inside }
    }
}

impl Stream for MeasuredQueryStream<'_> {
    type Item = Row;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Row>> {
        let Self { rows, state } = &mut *self;
        let mut poll = || rows.as_mut().poll_next(context);
        let operation = match state {
            State::Running(operation) => operation,
            State::Over(claiming) => return claiming.run(poll),
            State::Inside => return poll(),
        };
        operation.start();
        let (polled, _) = operation.run(|| inside(poll));
        let row = ready!(polled);
        match &row {
            Some(Ok(_)) => {
                returned(operation, 1);
                return Poll::Ready(row);
            }
            Some(Err(error)) => fail(operation, error),
            None => operation.succeed(),
        }
        *state = State::Over(operation.claiming());
        Poll::Ready(row)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rows.size_hint()
    }
}

impl Drop for MeasuredQueryStream<'_> {
    /// The driver's own drop belongs to the statement, also when that has ended.
    fn drop(&mut self) {
        let Self { rows, state } = self;
        let mut clear = || {
            inside(|| *rows = Box::pin(stream::empty()));
        };
        match state {
            State::Running(operation) => operation.run(clear),
            State::Over(claiming) => claiming.run(clear),
            State::Inside => clear(),
        }
    }
}

impl fmt::Debug for MeasuredQueryStream<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MeasuredQueryStream").finish_non_exhaustive()
    }
}
