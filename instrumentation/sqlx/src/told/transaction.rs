//! A transaction whose statements others run.

use std::{fmt, future::Future, sync::Arc};

use futures_util::lock::{Mutex, MutexGuard};
use sqlx::Error;

use crate::{
    recording::{
        measures::Measures,
        operation::Operation,
        span::{TransactionOutcome, TransactionSpan},
    },
    rows::ledger::Ledger,
};

/// A transaction whose statements others run: its duration until commit, rollback or drop, and the rows that
/// it changed if it is committed.
pub struct ToldTransaction {
    measures: Arc<Measures>,
    ledger: Arc<Mutex<Ledger>>,
    span: TransactionSpan,
    /// Of the transaction around this savepoint.
    outer: Option<Arc<Mutex<Ledger>>>,
}

/// The rows of a transaction, for one statement at a time.
pub struct ToldLedger<'t> {
    measures: &'t Measures,
    ledger: MutexGuard<'t, Ledger>,
}

impl ToldTransaction {
    pub(crate) fn begun(measures: &Arc<Measures>) -> Self {
        Self {
            measures: Arc::clone(measures),
            ledger: Arc::new(Mutex::new(Ledger::transaction())),
            span: TransactionSpan::begin(measures, false),
            outer: None,
        }
    }

    /// Waits until no other statement of the transaction runs.
    pub async fn ledger(&self) -> ToldLedger<'_> {
        ToldLedger { measures: &self.measures, ledger: self.ledger.lock().await }
    }

    /// Runs what sets a savepoint; what is changed behind it is lost if it is rolled back.
    ///
    /// # Errors
    ///
    /// Those of `run`.
    pub async fn begin<T, E>(
        &self,
        run: impl Future<Output = Result<T, E>>,
        error: fn(&E) -> Option<&Error>,
    ) -> Result<(T, Self), E> {
        let mut outer = self.ledger.lock().await;
        let operation = self.measures.operation(self.measures.statement("SAVEPOINT"));
        let begun = operation.tell(run, error).await?;
        let savepoint = Self {
            measures: Arc::clone(&self.measures),
            ledger: Arc::new(Mutex::new(outer.savepoint())),
            span: TransactionSpan::begin(&self.measures, true),
            outer: Some(Arc::clone(&self.ledger)),
        };
        Ok((begun, savepoint))
    }

    /// Runs what commits, or releases the savepoint: the rows that were changed are counted if it succeeds,
    /// unless the server rolled back instead.
    ///
    /// # Errors
    ///
    /// Those of `run`.
    pub async fn commit<T, E>(
        self,
        run: impl Future<Output = Result<T, E>>,
        error: fn(&E) -> Option<&Error>,
    ) -> Result<T, E> {
        let Self { measures, ledger, span, outer } = self;
        let outer = match &outer {
            Some(outer) => Some(outer.lock().await),
            None => None,
        };
        let text = if outer.is_some() { "RELEASE SAVEPOINT" } else { "COMMIT" };
        let operation = measures.operation(measures.statement(text));
        let result = operation.tell(run, error).await;
        let mut ledger = std::mem::take(&mut *ledger.lock().await);
        span.finish(match &result {
            Ok(_) if ledger.is_lost() => TransactionOutcome::Rollback,
            Ok(_) => TransactionOutcome::Commit,
            Err(_) => TransactionOutcome::Error,
        });
        if result.is_ok() {
            measures.count_changes(match outer {
                Some(mut outer) => outer.absorb(ledger),
                None => ledger.committed(),
            });
        }
        result
    }

    /// Runs what rolls back: nothing that was changed is counted.
    ///
    /// # Errors
    ///
    /// Those of `run`.
    pub async fn rollback<T, E>(
        self,
        run: impl Future<Output = Result<T, E>>,
        error: fn(&E) -> Option<&Error>,
    ) -> Result<T, E> {
        let Self { measures, span, outer, .. } = self;
        let text = if outer.is_some() { "ROLLBACK TO SAVEPOINT" } else { "ROLLBACK" };
        let operation = measures.operation(measures.statement(text));
        let result = operation.tell(run, error).await;
        span.finish(match &result {
            Ok(_) => TransactionOutcome::Rollback,
            Err(_) => TransactionOutcome::Error,
        });
        result
    }
}

impl ToldLedger<'_> {
    /// A statement of the transaction.
    pub fn statement(&mut self, sql: &str) -> Operation<'_> {
        Operation::new(self.measures, self.measures.statement(sql), Some(&mut self.ledger))
    }
}

impl fmt::Debug for ToldTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToldTransaction").finish_non_exhaustive()
    }
}

impl fmt::Debug for ToldLedger<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToldLedger").finish_non_exhaustive()
    }
}
