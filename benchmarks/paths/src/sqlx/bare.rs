//! sqlx's own pool.

use futures_util::future::LocalBoxFuture;
use sqlx::{Database, Executor, IntoArguments, Pool};

use super::workload::{Peer, Record, Workload, insert, many_rows, one_row, repeat, statement};

/// A pool that nobody measures.
pub struct Bare<DB: Database>(pub Pool<DB>);

impl<DB: Database> Peer for Bare<DB>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    DB::Arguments: IntoArguments<DB>,
{
    fn run(&self, workload: Workload, times: u64) -> LocalBoxFuture<'_, sqlx::Result<()>> {
        let Self(pool) = self;
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
        None
    }
}
