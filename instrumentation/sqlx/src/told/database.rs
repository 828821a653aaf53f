//! A database whose statements others run.

use std::{fmt, future::Future, sync::Arc};

use kymo_core::{ClaimedText, Sighting};
use kymo_pool::{PoolMetrics, PoolName, PoolState};
use sqlx::Error;

use crate::{
    recording::{measures::Measures, operation::Operation},
    told::{
        onlooker::Onlooker,
        transaction::{ToldTransaction, boundary},
    },
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
        let operation = self.measures.operation(self.measures.statement(sql));
        operation.claiming_one(ClaimedText::of(sql))
    }

    /// Records what is seen from afar, for as long as it is kept: it keeps no name.
    pub fn onlooker(&self) -> Onlooker {
        Onlooker::new(&self.measures)
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
        let begun = boundary(&self.measures, "BEGIN").tell(run, error).await?;
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
