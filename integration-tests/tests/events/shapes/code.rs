//! Functions as services have them. The module around this says of which database.

use axum::{
    extract::{FromRef, FromRequestParts},
    http::{Request, request::Parts},
};
use futures_util::TryStreamExt;
use kymo::sqlx::{MeasuredPool, MeasuredPoolConnection};
use sqlx::{Acquire, Executor, QueryBuilder, Transaction, migrate::Migrator};

use super::{Connection, Db, Pool};

/// Takes the pool of sqlx.
async fn by_pool(pool: &Pool) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT count(*) FROM by_pool").fetch_one(pool).await
}

/// Takes the connection of the driver.
async fn by_connection(connection: &mut Connection) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT count(*) FROM by_connection").fetch_one(connection).await
}

/// Takes the transaction of sqlx.
async fn by_transaction(transaction: &mut Transaction<'_, Db>) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO by_transaction (id) VALUES (1)").execute(&mut **transaction).await?;
    sqlx::query("INSERT INTO by_transaction (id) VALUES (2)").execute(&mut **transaction).await?;
    Ok(())
}

/// Takes whatever executes.
async fn by_executor(executor: impl Executor<'_, Database = Db>) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO by_executor (id) VALUES (1)").execute(executor).await.map(drop)
}

/// Takes whatever a connection can be had from.
async fn by_acquire(source: impl Acquire<'_, Database = Db>) -> sqlx::Result<()> {
    let mut connection = source.acquire().await?;
    sqlx::query("INSERT INTO by_acquire (id) VALUES (1)").execute(&mut *connection).await?;
    sqlx::query("UPDATE by_acquire SET id = 2").execute(&mut *connection).await.map(drop)
}

/// Has its statement put together.
async fn by_builder(executor: impl Executor<'_, Database = Db>) -> sqlx::Result<u64> {
    let mut builder = QueryBuilder::<Db>::new("INSERT INTO by_builder (id) ");
    builder.push_values([1_i64, 2, 3], |mut row, id| {
        row.push_bind(id);
    });
    Ok(builder.build().execute(executor).await?.rows_affected())
}

/// Reads row by row.
async fn by_stream(executor: impl Executor<'_, Database = Db>) -> sqlx::Result<usize> {
    let mut rows = sqlx::query("SELECT id FROM by_builder ORDER BY id").fetch(executor);
    let mut count = 0;
    while rows.try_next().await?.is_some() {
        count += 1;
    }
    Ok(count)
}

/// A repository behind a trait.
trait Books {
    async fn add(&self) -> sqlx::Result<()>;
}

/// Holds the pool of sqlx.
struct Repository {
    pool: Pool,
}

impl Books for Repository {
    async fn add(&self) -> sqlx::Result<()> {
        sqlx::query("INSERT INTO by_repository (id) VALUES (1)").execute(&self.pool).await.map(drop)
    }
}

/// A crate that keeps sessions, and knows nothing of kymo.
mod session_store {
    use super::Pool;

    /// Takes the pool for itself.
    pub(crate) struct SessionStore(Pool);

    impl SessionStore {
        pub(crate) fn new(pool: Pool) -> Self {
            Self(pool)
        }

        pub(crate) async fn save(&self) -> sqlx::Result<()> {
            let mut transaction = self.0.begin().await?;
            sqlx::query("DELETE FROM by_sessions WHERE id = 1").execute(&mut *transaction).await?;
            sqlx::query("INSERT INTO by_sessions (id) VALUES (1)")
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await
        }
    }
}

/// Hands a connection to a handler.
struct DatabaseConnection(MeasuredPoolConnection<Db>);

impl<S: Send + Sync> FromRequestParts<S> for DatabaseConnection
where
    MeasuredPool<Db>: FromRef<S>,
{
    type Rejection = String;

    async fn from_request_parts(_parts: &mut Parts, state: &S) -> Result<Self, String> {
        let pool = MeasuredPool::from_ref(state);
        pool.acquire().await.map(Self).map_err(|error| error.to_string())
    }
}

async fn handler(DatabaseConnection(mut connection): DatabaseConnection) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO by_extractor (id) VALUES (1)")
        .execute(&mut *connection)
        .await
        .map(drop)
}

/// The tables of all of them.
const TABLES: [&str; 9] = [
    "by_pool",
    "by_connection",
    "by_transaction",
    "by_executor",
    "by_acquire",
    "by_builder",
    "by_repository",
    "by_sessions",
    "by_extractor",
];

/// Migrates as programs do at their start.
pub(crate) async fn prepare(pool: &MeasuredPool<Db>, migrator: &Migrator) {
    migrator.run(pool).await.unwrap();
    for table in TABLES {
        let create = format!("CREATE TABLE {table} (id BIGINT)");
        pool.execute(sqlx::AssertSqlSafe(create)).await.unwrap();
    }
}

/// Runs each of them, some more than once.
pub(crate) async fn run(pool: &MeasuredPool<Db>) {
    assert_eq!(by_pool(pool).await.unwrap(), 0);
    assert_eq!(by_pool(pool).await.unwrap(), 0);

    let mut connection = pool.acquire().await.unwrap();
    assert_eq!(by_connection(&mut connection).await.unwrap(), 0);
    drop(connection);
    let mut transaction = pool.begin().await.unwrap();
    assert_eq!(by_connection(&mut transaction).await.unwrap(), 0);
    transaction.commit().await.unwrap();

    let mut transaction = pool.inner().begin().await.unwrap();
    by_transaction(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();

    by_executor(pool).await.unwrap();
    let mut connection = pool.acquire().await.unwrap();
    by_executor(&mut *connection).await.unwrap();
    drop(connection);
    let mut transaction = pool.begin().await.unwrap();
    by_executor(&mut *transaction).await.unwrap();
    transaction.rollback().await.unwrap();

    by_acquire(pool).await.unwrap();
    assert_eq!(by_builder(pool).await.unwrap(), 3);
    assert_eq!(by_stream(pool).await.unwrap(), 3);

    let repository = Repository { pool: pool.inner().clone() };
    repository.add().await.unwrap();
    let sessions = session_store::SessionStore::new(pool.inner().clone());
    sessions.save().await.unwrap();

    let (mut parts, ()) = Request::new(()).into_parts();
    let extracted = DatabaseConnection::from_request_parts(&mut parts, pool).await.unwrap();
    handler(extracted).await.unwrap();
}
