//! The first row of an operation, measured until it is there.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::future::BoxFuture;
use sqlx::Database;

use crate::recording::operation::Operation;

/// What a driver answers to an operation that asks for one row, if there is any.
pub(crate) type Answer<'e, DB> = BoxFuture<'e, sqlx::Result<Option<<DB as Database>::Row>>>;

/// An operation that asks for one row: it starts with the first poll, unless it has started already, and is recorded
/// when the driver has answered.
///
/// Polled after its output, it is pending.
pub(crate) struct FirstRow<'e, DB: Database> {
    /// Until it is there.
    answer: Option<Answer<'e, DB>>,
    operation: Operation<'e>,
}

impl<'e, DB: Database> FirstRow<'e, DB> {
    pub(crate) fn new(answer: Answer<'e, DB>, operation: Operation<'e>) -> Self {
        Self { answer: Some(answer), operation }
    }
}

impl<DB: Database> Future for FirstRow<'_, DB> {
    type Output = sqlx::Result<Option<DB::Row>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { answer, operation } = &mut *self;
        operation.start();
        let result = ready!(operation.run(|| {
            let Some(asked) = answer else { return Poll::Pending };
            let result = asked.as_mut().poll(context);
            if result.is_ready() {
                *answer = None;
            }
            result
        }));
        operation.end_with_first(&result);
        operation.finish();
        Poll::Ready(result)
    }
}

impl<DB: Database> Drop for FirstRow<'_, DB> {
    /// The driver's own drop belongs to the operation that is under way.
    fn drop(&mut self) {
        let Self { answer, operation } = self;
        if answer.is_some() && operation.has_started() {
            operation.run(|| *answer = None);
        }
    }
}

#[cfg(test)]
mod tests;
