//! A transaction whose statements others run.

use std::{fmt, future::Future, sync::Arc};

use futures_util::lock::MutexGuard;
use kymo_core::ClaimedText;
use sqlx::Error;

use crate::{
    recording::{
        measures::Measures,
        operation::Operation,
        span::{TransactionOutcome, TransactionSpan},
    },
    told::nest::{Ledgers, Level},
};

/// A transaction whose statements others run: its duration until commit, rollback or drop, and the rows that
/// it changed if it is committed.
pub struct ToldTransaction {
    measures: Arc<Measures>,
    level: Level,
    span: TransactionSpan,
}

/// The rows of a transaction, for one statement at a time.
pub struct ToldLedger<'t> {
    measures: &'t Measures,
    ledgers: MutexGuard<'t, Ledgers>,
}

impl ToldTransaction {
    pub(crate) fn begun(measures: &Arc<Measures>) -> Self {
        let span = TransactionSpan::begin(measures, false);
        Self { measures: Arc::clone(measures), level: Level::begun(), span }
    }

    /// Waits until no other statement of the transaction runs.
    ///
    /// A statement runs in the innermost savepoint that is open, and is lost or kept with that.
    pub async fn ledger(&self) -> ToldLedger<'_> {
        ToldLedger { measures: &self.measures, ledgers: self.level.nest().lock().await }
    }

    /// Counts that the transaction itself is handed out, on which anything can be done unseen: it and those
    /// around it count no rows, and end as unknown.
    pub fn lend(&self) {
        self.measures.pool().count_direct_use();
        self.level.lend();
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
        let mut ledgers = self.level.nest().lock().await;
        let operation = boundary(&self.measures, "SAVEPOINT");
        let begun = operation.tell(run, error).await?;
        let level = self.level.savepoint(&mut ledgers);
        let span = TransactionSpan::begin(&self.measures, true);
        Ok((begun, Self { measures: Arc::clone(&self.measures), level, span }))
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
        let Self { measures, mut level, span } = self;
        let is_savepoint = level.is_savepoint();
        let nest = Arc::clone(level.nest());
        let mut ledgers = nest.lock().await;
        let text = if is_savepoint { "RELEASE SAVEPOINT" } else { "COMMIT" };
        let operation = boundary(&measures, text);
        let result = operation.tell(run, error).await;
        let mut ledger = level.end(&mut ledgers);
        span.finish(match &result {
            Ok(_) if !ledger.is_clear() => TransactionOutcome::Unknown,
            Ok(_) if ledger.is_lost() => TransactionOutcome::Rollback,
            Ok(_) => TransactionOutcome::Commit,
            Err(_) => TransactionOutcome::Error,
        });
        if result.is_ok() {
            measures.count_changes(if is_savepoint {
                ledgers.innermost().absorb(ledger)
            } else {
                ledger.committed()
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
        let Self { measures, mut level, span } = self;
        let nest = Arc::clone(level.nest());
        let mut ledgers = nest.lock().await;
        let text = if level.is_savepoint() { "ROLLBACK TO SAVEPOINT" } else { "ROLLBACK" };
        let operation = boundary(&measures, text);
        let result = operation.tell(run, error).await;
        let mut ledger = level.end(&mut ledgers);
        span.finish(match &result {
            Ok(_) if !ledger.is_clear() => TransactionOutcome::Unknown,
            Ok(_) => TransactionOutcome::Rollback,
            Err(_) => TransactionOutcome::Error,
        });
        result
    }
}

impl ToldLedger<'_> {
    /// A statement of the transaction.
    pub fn statement(&mut self, sql: &str) -> Operation<'_> {
        let ledger = self.ledgers.innermost();
        let operation = Operation::new(self.measures, self.measures.statement(sql), Some(ledger));
        operation.claiming_one(ClaimedText::of(sql))
    }
}

/// What begins or ends a transaction or a savepoint, in whichever words the driver says it.
pub(crate) fn boundary<'m>(measures: &'m Measures, sql: &str) -> Operation<'m> {
    let operation = measures.operation(measures.statement(sql));
    operation.claiming_one(ClaimedText::of_transaction())
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
