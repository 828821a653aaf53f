//! kymo, as its README sets it up.

use ::kymo::{Telemetry, sqlx::MeasuredPool};
use futures_util::future::LocalBoxFuture;
use sqlx::{Database, Executor, IntoArguments, Pool};

use super::workload::{Peer, Record, Workload, insert, many_rows, one_row, repeat, statement};
use crate::{BoxError, exposition};

/// A measured pool.
pub struct Kymo<DB: Database> {
    pool: MeasuredPool<DB>,
    telemetry: Telemetry,
}

impl<DB: Database> Kymo<DB> {
    /// Measures `pool`.
    ///
    /// # Errors
    ///
    /// When there is no telemetry.
    pub fn new(pool: Pool<DB>) -> Result<Self, BoxError>
    where
        for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
        DB::QueryResult: std::fmt::Debug,
    {
        let telemetry = Telemetry::for_service("bench").prometheus().build()?;
        Ok(Self { pool: telemetry.sqlx::<DB>(pool), telemetry })
    }

    /// The telemetry that records it.
    pub fn telemetry(&self) -> &Telemetry {
        &self.telemetry
    }
}

impl<DB: Database> Peer for Kymo<DB>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    DB::Arguments: IntoArguments<DB>,
{
    fn run(&self, workload: Workload, times: u64) -> LocalBoxFuture<'_, sqlx::Result<()>> {
        let pool = &self.pool;
        Box::pin(async move {
            match workload {
                Workload::OneRow => repeat(times, async || one_row(pool).await).await,
                Workload::Insert => repeat(times, async || insert(pool).await).await,
                Workload::Held => {
                    let mut connection = pool.acquire().await?;
                    repeat(times, async || one_row(&mut *connection).await).await
                }
                Workload::Statements => {
                    let mut connection = pool.acquire().await?;
                    let mut n = 0;
                    repeat(times, async || statement(&mut *connection, &mut n).await).await
                }
                Workload::Transaction => {
                    let once = async || {
                        let mut transaction = pool.begin().await?;
                        insert(&mut *transaction).await?;
                        transaction.commit().await
                    };
                    repeat(times, once).await
                }
                Workload::ManyRows => repeat(times, async || many_rows(pool).await).await,
            }
        })
    }

    fn record(&self) -> Option<Record> {
        let text = exposition::text(self.telemetry.bridge()?);
        // It is begun and committed, too.
        Some(Record { text, operations_of_a_transaction: 3 })
    }
}
