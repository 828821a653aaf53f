//! A database whose statements others run.

use std::{fmt, future::Future, sync::Arc, time::Duration};

use kymo_core::{OTHER, Outcome, Sighting};
use kymo_pool::{PoolMetrics, PoolName, PoolState};
use sqlx::Error;

use crate::{
    database::failure::FAILURES,
    recording::{
        measures::Measures,
        operation::{Operation, Reading},
    },
    told::transaction::ToldTransaction,
};

/// A database whose statements others run; made by
/// [`DatabaseMetrics::told`](crate::DatabaseMetrics::told).
///
/// Clones are the same, and have its name until the last of them is dropped.
#[derive(Clone)]
pub struct ToldDatabase {
    measures: Arc<Measures>,
    name: Arc<PoolName>,
    pools: PoolMetrics,
}

impl ToldDatabase {
    pub(crate) fn new(measures: Measures, name: Arc<PoolName>, pools: PoolMetrics) -> Self {
        Sighting::expect_callbacks();
        Self { measures: Arc::new(measures), name, pools }
    }

    /// The name of its pool in the metrics.
    pub fn name(&self) -> &str {
        self.measures.pool().name()
    }

    /// A statement outside of any transaction: what it changes is committed at once.
    pub fn statement(&self, sql: &str) -> Operation<'_> {
        self.measures.operation(self.measures.statement(sql))
    }

    /// Records a statement that was seen from afar: how long it took and whether it failed, and neither
    /// why nor how many rows it returned or changed.
    ///
    /// Where an event of sqlx tells of it too, whichever comes first is recorded.
    pub fn seen(&self, sql: &str, elapsed: Duration, failed: bool) {
        if !Sighting::Callback.of(sql).is_none_or(|it| it.is_first(elapsed)) {
            return;
        }
        let statement = self.measures.statement(sql);
        let outcome =
            if failed { Outcome::Failed(FAILURES.bound(OTHER)) } else { Outcome::Success };
        self.measures.record(&Reading {
            summary: self.measures.summary(&statement, !failed),
            outcome,
            status: None,
            elapsed,
            returned: None,
        });
    }

    /// Runs what begins a transaction, whose error of sqlx `error` finds in one of its own.
    ///
    /// # Errors
    ///
    /// Those of `run`.
    pub async fn begin<T, E>(
        &self,
        run: impl Future<Output = Result<T, E>>,
        error: fn(&E) -> Option<&Error>,
    ) -> Result<(T, ToldTransaction), E> {
        let begun = self.statement("BEGIN").tell(run, error).await?;
        Ok((begun, ToldTransaction::begun(&self.measures)))
    }

    /// Counts that the bare connection is handed out.
    pub fn lend(&self) {
        self.measures.pool().count_direct_use();
    }

    /// Counts that no connection was to be had, as `error` says.
    pub fn no_connection(&self, error: &Error) {
        self.measures.pool().record_error(error, self.measures.system());
    }

    /// Asks for the `state` of `pool` at each collection, for as long as somebody else has it.
    pub fn watch_pool<P, F>(&self, pool: &Arc<P>, state: F)
    where
        P: Send + Sync + 'static,
        F: Fn(&P) -> PoolState + Send + Sync + 'static,
    {
        self.pools.watch(&self.name, pool, state);
    }
}

impl fmt::Debug for ToldDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ToldDatabase").field(&self.name()).finish()
    }
}
