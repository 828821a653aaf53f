//! The sales, in the database.

use std::time::Duration;

use kymo::sqlx::MeasuredPool;
use sqlx::Sqlite;
use tokio::time::sleep;

use crate::ledger::Sales;

/// How long it takes to write a page.
const WRITING: Duration = Duration::from_millis(25);

/// All that is asked of the sales. Clones share one connection.
#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    pool: MeasuredPool<Sqlite>,
}

impl Ledger {
    pub(super) fn new(pool: MeasuredPool<Sqlite>) -> Self {
        Self { pool }
    }

    pub(crate) async fn sales(&self) -> sqlx::Result<Sales> {
        let mut connection = self.pool.acquire().await?;
        let sales = sqlx::query_as(
            "SELECT count(*) AS orders, coalesce(sum(copies), 0) AS copies FROM orders",
        )
        .fetch_one(&mut *connection)
        .await?;
        // Wrong on purpose: a connection that is held while something else is waited for is one that nobody has.
        sleep(WRITING).await;
        drop(connection);
        Ok(sales)
    }
}
