//! A connection of the pool, for one operation.

use std::ops::Deref;

use sqlx::{Database, pool::PoolConnection};

use crate::{
    MeasuredPool,
    recording::{measures::Measures, operation::Operation, use_time::UseTime, waiting},
};

/// sqlx's [`PoolConnection`] as an operation has it.
pub(crate) struct Borrowed<DB: Database, M: Deref<Target = Measures>> {
    pub(crate) connection: PoolConnection<DB>,
    // After the connection: it is in use until it has been given back.
    pub(crate) use_time: UseTime<M>,
}

impl<DB: Database, M: Deref<Target = Measures>> Borrowed<DB, M> {
    /// Obtains a connection for `operation`, which starts when the connection is there: the wait for it
    /// is a metric of its own.
    pub(crate) async fn obtain(
        pool: &MeasuredPool<DB>,
        measures: M,
        operation: &mut Operation<'_>,
    ) -> sqlx::Result<Self> {
        let asked = operation.start_waiting();
        match operation.wait(waiting::acquire(pool.unmeasured(), &measures, asked)).await {
            Ok((connection, obtained)) => {
                operation.started_at(obtained);
                Ok(Self { connection, use_time: UseTime::since(measures, obtained) })
            }
            Err(error) => {
                operation.fail(&error);
                Err(error)
            }
        }
    }
}
