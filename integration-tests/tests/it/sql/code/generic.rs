//! Functions that do not say what they are given.

use sqlx::{Acquire, Executor};

use super::{Db, Pool, PoolConnection, Transcript, books::Book, dialect};

pub(super) async fn run(pool: &Pool, transcript: &mut Transcript) {
    transcript.tried("of a pool", find(pool, 1).await);
    let mut connection: PoolConnection = pool.acquire().await.unwrap();
    transcript.tried("of a connection", find(&mut *connection, 1).await);
    drop(connection);
    let mut tx = pool.begin().await.unwrap();
    transcript.tried("of a transaction", find(&mut *tx, 1).await);
    transcript.tried("and again", find(&mut *tx, 2).await);
    tx.rollback().await.unwrap();

    transcript.tried("acquired of a pool", swap(pool, 1, 2).await);
    let mut connection = pool.acquire().await.unwrap();
    transcript.tried("acquired of a connection", swap(&mut *connection, 1, 2).await);
    drop(connection);
    let mut tx = pool.begin().await.unwrap();
    transcript.tried("acquired of a transaction", swap(&mut *tx, 1, 2).await);
    transcript.tried("acquired within another", twice(&mut *tx).await);
    transcript.tried("its commit", tx.commit().await);
    transcript.tried("acquired to be kept", twice(pool).await);

    let repository = Repository { pool: pool.clone() };
    let (one, other) = tokio::join!(repository.title(1), repository.title(2));
    transcript.note("at once", (one.unwrap(), other.unwrap()));
    let task = tokio::spawn(async move { repository.title(1).await });
    transcript.tried("in a task", task.await.unwrap());
}

async fn find<'e>(executor: impl Executor<'e, Database = Db>, id: i64) -> sqlx::Result<Book> {
    sqlx::query_as(dialect::BOOK).bind(id).fetch_one(executor).await
}

/// Two statements, of which none is without the other.
async fn swap<'a>(
    acquire: impl Acquire<'a, Database = Db>,
    one: i64,
    other: i64,
) -> sqlx::Result<(String, String)> {
    let mut tx = acquire.begin().await?;
    let first = find(&mut *tx, one).await?.title;
    let second = find(&mut *tx, other).await?.title;
    for (title, id) in [(&second, one), (&first, other)] {
        sqlx::query(dialect::RENAME).bind(title).bind(id).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok((first, second))
}

async fn twice<'a, A: Acquire<'a, Database = Db>>(acquire: A) -> sqlx::Result<Vec<String>> {
    let mut connection = acquire.acquire().await?;
    let first = find(&mut *connection, 1).await?;
    let second = find(&mut *connection, 2).await?;
    Ok(vec![first.title, second.title])
}

/// Most services have one.
#[derive(Clone, Debug)]
struct Repository {
    pool: Pool,
}

impl Repository {
    async fn title(&self, id: i64) -> sqlx::Result<String> {
        Ok(find(&self.pool, id).await?.title)
    }
}
