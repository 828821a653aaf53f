//! A stream of results, measured until it ends or is dropped.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::{Stream, stream::BoxStream};
use futures_util::stream;
use sqlx::{Database, Either};

use crate::{
    database::{driver::Step, rows_affected::ReadRows},
    recording::{measures::Measures, operation::Operation},
};

/// The steps of one operation, which is recorded after the last of them.
pub(crate) struct MeasuredStream<'e, DB: Database> {
    steps: BoxStream<'e, Step<DB>>,
    read_rows: ReadRows<DB>,
    /// Whether the caller is given the first row alone.
    gives_one: bool,
    measures: &'e Measures,
    /// Until it has ended.
    operation: Option<Operation<'e>>,
}

impl<'e, DB: Database> MeasuredStream<'e, DB> {
    /// The operation starts with the first poll, unless it has started already.
    pub(crate) fn new(
        steps: BoxStream<'e, Step<DB>>,
        operation: Operation<'e>,
        read_rows: ReadRows<DB>,
    ) -> Self {
        let measures = operation.measures();
        Self { steps, read_rows, gives_one: false, measures, operation: Some(operation) }
    }

    /// The caller is given the first row alone.
    pub(crate) fn giving_one(mut self) -> Self {
        self.gives_one = true;
        self
    }
}

impl<DB: Database> Stream for MeasuredStream<'_, DB> {
    type Item = Step<DB>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Step<DB>>> {
        let Self { steps, read_rows, gives_one, measures, operation: measured } = &mut *self;
        let Some(operation) = measured else {
            return measures.claim(|| steps.as_mut().poll_next(context));
        };
        operation.start();
        let step = ready!(operation.run(|| steps.as_mut().poll_next(context)));
        match &step {
            Some(Ok(Either::Right(_row))) => {
                if !*gives_one || operation.returned() == 0 {
                    operation.returned_row();
                }
                return Poll::Ready(step);
            }
            Some(Ok(Either::Left(result))) => {
                if operation.changes_rows()
                    && let Some(rows) = read_rows(result)
                {
                    operation.changed_rows(rows);
                }
                return Poll::Ready(step);
            }
            Some(Err(error)) => operation.fail(error),
            None => operation.succeed(),
        }
        *measured = None;
        Poll::Ready(step)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.steps.size_hint()
    }
}

impl<DB: Database> Drop for MeasuredStream<'_, DB> {
    /// The driver's own drop belongs to the operation that is under way.
    fn drop(&mut self) {
        let Self { steps, measures, operation, .. } = self;
        let drop_steps = || *steps = Box::pin(stream::empty());
        match operation {
            Some(operation) => operation.run(drop_steps),
            None => measures.claim(drop_steps),
        }
    }
}

#[cfg(test)]
mod tests;
