//! All or nothing.

use sqlx::{Acquire, Connection as _, Executor};

use super::{Connection, DriverConnection, Pool, Transaction, Transcript, books::titles, dialect};

pub(super) async fn run(pool: &Pool, transcript: &mut Transcript) {
    whole(pool, transcript).await;
    nested(pool, transcript).await;
    of_a_connection(pool, transcript).await;
    closures(pool, transcript).await;
    begun_otherwise(pool, transcript).await;
}

async fn whole(pool: &Pool, transcript: &mut Transcript) {
    let mut tx = pool.begin().await.unwrap();
    rename(&mut tx, "committed").await.unwrap();
    transcript.tried("commit", tx.commit().await);
    transcript.note("after commit", titles(pool).await);

    let mut tx = pool.begin().await.unwrap();
    rename(&mut tx, "rolled back").await.unwrap();
    transcript.tried("rollback", tx.rollback().await);
    transcript.note("after rollback", titles(pool).await);

    let mut tx = pool.begin().await.unwrap();
    rename(&mut tx, "dropped").await.unwrap();
    drop(tx);
    transcript.note("after drop", titles(pool).await);
    transcript.tried("nothing done", pool.begin().await.unwrap().commit().await);
}

/// As people write it who keep several statements together.
async fn rename(tx: &mut Transaction<'_>, title: &str) -> sqlx::Result<()> {
    let query = sqlx::query(dialect::RENAME).bind(title).bind(1_i64);
    query.execute(&mut **tx).await?;
    measured_or_not(tx).await?;
    of_the_driver(tx).await
}

async fn measured_or_not(connection: &mut Connection<'_>) -> sqlx::Result<()> {
    sqlx::query("SELECT 1").execute(&mut *connection).await?;
    connection.execute("SELECT 2").await?;
    Ok(())
}

async fn of_the_driver(connection: &mut DriverConnection) -> sqlx::Result<()> {
    sqlx::query("SELECT 3").execute(&mut *connection).await?;
    connection.execute("SELECT 4").await?;
    Ok(())
}

async fn nested(pool: &Pool, transcript: &mut Transcript) {
    let mut outer = pool.begin().await.unwrap();
    rename(&mut outer, "outer").await.unwrap();
    let mut inner = outer.begin().await.unwrap();
    rename(&mut inner, "inner, rolled back").await.unwrap();
    transcript.tried("inner rollback", inner.rollback().await);
    let mut inner = outer.begin().await.unwrap();
    let innermost = inner.begin().await.unwrap();
    transcript.note("within", innermost.is_in_transaction());
    transcript.tried("innermost commit", innermost.commit().await);
    drop(inner);
    transcript.tried("outer commit", outer.commit().await);
    transcript.note("after the outer commit", titles(pool).await);

    let mut outer = pool.begin().await.unwrap();
    let mut inner = Acquire::begin(&mut outer).await.unwrap();
    sqlx::query(dialect::RENAME).bind("inner").bind(1_i64).execute(&mut *inner).await.unwrap();
    transcript.tried("inner commit", inner.commit().await);
    transcript.tried("outer rollback", outer.rollback().await);
    transcript.note("after the outer rollback", titles(pool).await);
}

async fn of_a_connection(pool: &Pool, transcript: &mut Transcript) {
    let mut connection = pool.acquire().await.unwrap();
    transcript.note("before", connection.is_in_transaction());
    let mut tx = connection.begin().await.unwrap();
    let renamed = tx.execute(sqlx::query(dialect::RENAME).bind("borrowed").bind(1_i64)).await;
    transcript.tried("renamed", renamed);
    transcript.tried("borrowed commit", tx.commit().await);
    transcript.note("the connection is back", connection.ping().await.is_ok());
    let mut tx = connection.begin().await.unwrap();
    tx.execute("DELETE FROM books").await.unwrap();
    drop(tx);
    let left = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM books");
    transcript.tried("all are left", left.fetch_one(&mut *connection).await);
    let again = connection.begin_with(dialect::BEGIN).await.unwrap().rollback().await;
    transcript.tried("begun with", again);
}

async fn closures(pool: &Pool, transcript: &mut Transcript) {
    let mut connection = pool.acquire().await.unwrap();
    let done = connection
        .transaction(|tx| {
            Box::pin(async move {
                let query = sqlx::query(dialect::RENAME).bind("by a closure").bind(1_i64);
                let done = query.execute(&mut **tx).await?;
                Ok::<_, sqlx::Error>(done.rows_affected())
            })
        })
        .await;
    transcript.tried("a closure", done);
    let failed = connection
        .transaction(|tx| {
            Box::pin(async move {
                tx.execute("DELETE FROM books").await?;
                Err::<(), _>(sqlx::Error::RowNotFound)
            })
        })
        .await;
    transcript.tried("a closure that fails", failed);
    drop(connection);
    transcript.note("after the closures", titles(pool).await);
}

async fn begun_otherwise(pool: &Pool, transcript: &mut Transcript) {
    let mut tx = pool.begin_with(dialect::BEGIN).await.unwrap();
    let nested = tx.begin_with(dialect::BEGIN).await;
    transcript.tried("begin with, within", nested.map(|_| ()));
    rename(&mut tx, "begun with").await.unwrap();
    transcript.tried("its commit", tx.commit().await);
    transcript.tried("no begin", pool.begin_with("SELECT 1").await.map(|_| ()));
    transcript.tried("nonsense", pool.begin_with("BEGI").await.map(|_| ()));
    // The connection may still be on its way back.
    let tried = loop {
        if let Some(tx) = pool.try_begin().await.unwrap() {
            break tx;
        }
        tokio::task::yield_now().await;
    };
    transcript.tried("tried", tried.commit().await);
    let held = pool.acquire().await.unwrap();
    transcript.note("none to try", pool.try_begin().await.unwrap().is_none());
    let with = pool.try_begin_with(dialect::BEGIN).await.unwrap();
    transcript.note("none to try with", with.is_none());
    drop(held);
}
