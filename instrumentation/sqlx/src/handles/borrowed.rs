//! A connection of the pool, for one operation.

use std::ops::Deref;

use sqlx::{Database, pool::PoolConnection};

use crate::recording::{
    measures::Measures, operation::Operation, use_time::UseTime, waiting::Obtained,
};

/// sqlx's [`PoolConnection`] as an operation has it.
pub(crate) struct Borrowed<DB: Database, M: Deref<Target = Measures>> {
    pub(crate) connection: PoolConnection<DB>,
    // After the connection: it is in use until it has been given back.
    pub(crate) use_time: UseTime<M>,
}

impl<DB: Database, M: Deref<Target = Measures>> Borrowed<DB, M> {
    /// The connection that `operation` has waited for, as [`Operation::obtained`] gives it.
    pub(crate) fn obtained(
        obtained: Obtained<DB>,
        measures: M,
        operation: &mut Operation<'_>,
    ) -> sqlx::Result<Self> {
        let (connection, since) = operation.obtained(obtained)?;
        Ok(Self { connection, use_time: UseTime::of(operation, measures, since) })
    }
}
