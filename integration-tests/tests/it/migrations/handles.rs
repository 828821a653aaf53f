//! Everything that a migrator can be run on.

use std::fmt::Debug;

use kymo::sqlx::MeasuredPool;
use sqlx::{
    Acquire, Database, Executor,
    migrate::{Migrate, MigrateError},
};

use super::migrator::{Act, Either};

#[derive(Debug, Clone, Copy)]
pub(crate) enum Handle {
    Pool,
    PoolConnection,
    Connection,
    Transaction,
    MeasuredPool,
    MeasuredPoolConnection,
    MeasuredTransaction,
}

impl Handle {
    pub(crate) const ALL: [Self; 7] = [
        Self::Pool,
        Self::PoolConnection,
        Self::Connection,
        Self::Transaction,
        Self::MeasuredPool,
        Self::MeasuredPoolConnection,
        Self::MeasuredTransaction,
    ];

    /// Runs `migrator` on this of `pool`.
    pub(crate) async fn act<DB>(
        self,
        migrator: &Either,
        act: Act,
        pool: &MeasuredPool<DB>,
    ) -> Result<(), MigrateError>
    where
        DB: Database,
        DB::Connection: Migrate,
        DB::QueryResult: Debug,
        for<'c> &'c mut DB::Connection: Executor<'c, Database = DB> + Acquire<'c, Database = DB>,
    {
        let bare = pool.inner();
        match self {
            Self::Pool => migrator.act(act, bare).await,
            Self::PoolConnection => migrator.act(act, &mut bare.acquire().await?).await,
            Self::Connection => migrator.act(act, &mut bare.acquire().await?.detach()).await,
            Self::Transaction => {
                let mut transaction = bare.begin().await?;
                let acted = migrator.act(act, &mut transaction).await;
                let ended = transaction.commit().await;
                acted.and(ended.map_err(MigrateError::from))
            }
            Self::MeasuredPool => migrator.act(act, pool).await,
            Self::MeasuredPoolConnection => migrator.act(act, &mut pool.acquire().await?).await,
            Self::MeasuredTransaction => {
                let mut transaction = pool.begin().await?;
                let acted = migrator.act(act, &mut transaction).await;
                let ended = transaction.commit().await;
                acted.and(ended.map_err(MigrateError::from))
            }
        }
    }
}
