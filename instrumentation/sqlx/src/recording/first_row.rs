//! The first row of an operation, measured until it is there.

use std::{
    pin::Pin,
    task::{Context, Poll},
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
pub(crate) struct FirstRow<'e, DB: Database, O: Asks> {
    /// Until it is there.
    answer: Option<Answer<'e, DB>>,
    operation: O,
}

/// The operation that asks: it is large, and stays where it is if it is there already.
pub(crate) trait Asks: Unpin {
    fn with<T>(&mut self, piece: impl FnOnce(&mut Operation<'_>) -> T) -> T;
}

impl Asks for Operation<'_> {
    fn with<T>(&mut self, piece: impl FnOnce(&mut Operation<'_>) -> T) -> T {
        piece(self)
    }
}

impl Asks for &mut Operation<'_> {
    fn with<T>(&mut self, piece: impl FnOnce(&mut Operation<'_>) -> T) -> T {
        piece(self)
    }
}

impl<'e, DB: Database, O: Asks> FirstRow<'e, DB, O> {
    pub(crate) fn new(answer: Answer<'e, DB>, operation: O) -> Self {
        Self { answer: Some(answer), operation }
    }

    #[cold]
    fn give_up(&mut self) {
        let Self { answer, operation } = self;
        operation.with(|operation| {
            if operation.has_started() {
                operation.run(|| *answer = None);
            }
        });
    }
}

impl<DB: Database, O: Asks> Future for FirstRow<'_, DB, O> {
    type Output = sqlx::Result<Option<DB::Row>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { answer, operation } = &mut *self;
        operation.with(|operation| {
            operation.start();
            let polled = operation.run(|| {
                let Some(asked) = answer else { return Poll::Pending };
                let polled = asked.as_mut().poll(context);
                if polled.is_ready() {
                    *answer = None;
                }
                polled
            });
            // It is given as it is: a row is large.
            if let Poll::Ready(result) = &polled {
                operation.end_with_first(result);
                operation.finish();
            }
            polled
        })
    }
}

impl<DB: Database, O: Asks> Drop for FirstRow<'_, DB, O> {
    /// The driver's own drop belongs to the operation that is under way.
    fn drop(&mut self) {
        if self.answer.is_some() {
            self.give_up();
        }
    }
}

#[cfg(test)]
mod tests;
