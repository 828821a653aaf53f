//! Code that is generic over the driver compiles, measured or not.

use kymo_sqlx::{MeasuredConnection, MeasuredPool};
use sqlx::{Database, Executor, Pool};

use crate::database_meters::{DURATION, DatabaseMeters};

async fn on_a_pool<DB: Database>(pool: &Pool<DB>) -> sqlx::Result<()>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    pool.execute("SELECT 1").await?;
    (&mut *pool.acquire().await?).execute("SELECT 1").await.map(drop)
}

async fn on_a_connection<DB: Database>(connection: &mut DB::Connection) -> sqlx::Result<()>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    connection.execute("SELECT 1").await.map(drop)
}

/// A bound on the driver's connection is not needed: the pool knows how to use it.
async fn on_a_measured_pool<DB: Database>(pool: &MeasuredPool<DB>) -> sqlx::Result<()> {
    pool.execute("SELECT 1").await?;
    on_a_measured_connection(&mut *pool.acquire().await?).await
}

async fn on_a_measured_connection<DB: Database>(
    connection: &mut MeasuredConnection<'_, DB>,
) -> sqlx::Result<()> {
    connection.execute("SELECT 1").await.map(drop)
}

#[tokio::test]
async fn code_that_is_generic_over_the_driver_is_given_either_pool() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    on_a_pool(pool.inner()).await.unwrap();
    on_a_connection::<sqlx::Sqlite>(&mut pool.inner().acquire().await.unwrap()).await.unwrap();
    assert_eq!(meters.count(DURATION, &[]), 0);
    on_a_measured_pool(&pool).await.unwrap();
    assert_eq!(meters.count(DURATION, &[]), 2);
}
