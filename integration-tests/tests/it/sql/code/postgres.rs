//! The acts of the service on PostgreSQL alone.

use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use sqlx::{
    ConnectOptions, Executor, Statement,
    postgres::{PgAdvisoryLock, PgListener, PgPoolCopyExt, PgTypeInfo},
};

use super::{DriverConnection, Pool};
use crate::sql::transcript::Transcript;

/// On an empty database.
pub(crate) async fn run(pool: Pool) -> Transcript {
    let mut transcript = Transcript::default();
    // The driver of MySQL waits for ever after this.
    let missing = sqlx::query("SELECT $1 + $2").bind(1_i64).fetch_all(&pool).await;
    transcript.tried("too few binds", missing.map(|rows| rows.len()));
    let surplus = sqlx::query("SELECT $1 + 1").bind(1).bind(2).fetch_all(&pool).await;
    transcript.tried("too many binds", surplus.map(|rows| rows.len()));
    notifications(&pool, &mut transcript).await;
    copies(&pool, &mut transcript).await;
    locks(&pool, &mut transcript).await;
    arrays(&pool, &mut transcript).await;
    cursors(&pool, &mut transcript).await;
    transcript
}

async fn notifications(pool: &Pool, transcript: &mut Transcript) {
    let mut listener = PgListener::connect_with(pool).await.unwrap();
    listener.listen_all(["books", "authors"]).await.unwrap();
    let told = sqlx::query("SELECT pg_notify('books', $1)").bind("Dune").execute(pool).await;
    transcript.tried("told", told);
    pool.execute("NOTIFY authors").await.unwrap();
    for _ in 0..2 {
        let notification = listener.recv().await.unwrap();
        transcript.note("heard", (notification.channel(), notification.payload()));
    }
    listener.unlisten("books").await.unwrap();
    // It is a connection of the pool, and an executor.
    transcript.note("asked", (&mut listener).fetch_one("SELECT 1").await.is_ok());
    let silence = tokio::time::timeout(Duration::from_millis(20), listener.recv()).await;
    transcript.note("silence", silence.is_err());
}

async fn copies(pool: &Pool, transcript: &mut Transcript) {
    pool.execute("CREATE TABLE books (id BIGINT PRIMARY KEY, title TEXT)").await.unwrap();
    let mut copy = pool.copy_in_raw("COPY books FROM STDIN (FORMAT csv)").await.unwrap();
    copy.send(&b"1,Dune\n2,\"Hellstrom's"[..]).await.unwrap();
    copy.send(&b" Hive\"\n"[..]).await.unwrap();
    transcript.tried("copied in", copy.finish().await);
    let mut connection = pool.acquire().await.unwrap();
    let copy = connection.copy_in_raw("COPY books FROM STDIN").await.unwrap();
    transcript.tried("aborted", copy.abort("no more").await);
    let mut copy = connection.copy_in_raw("COPY books FROM STDIN").await.unwrap();
    copy.send(&b"1\tagain\n"[..]).await.unwrap();
    transcript.tried("copied twice", copy.finish().await);
    let out = connection.copy_out_raw("COPY books TO STDOUT").await.unwrap();
    let out = out.try_collect::<Vec<_>>().await.unwrap().concat();
    transcript.note("copied out", String::from_utf8_lossy(&out));
    let out = pool.copy_out_raw("COPY books TO STDOUT").await.unwrap();
    transcript.note("in parts", out.count().await);
    let wrong = pool.copy_in_raw("COPY nowhere FROM STDIN").await;
    transcript.tried("copied nowhere", wrong.map(|_| ()));
}

async fn locks(pool: &Pool, transcript: &mut Transcript) {
    let lock = PgAdvisoryLock::new("kymo");
    let held = lock.acquire(pool.acquire().await.unwrap()).await.unwrap();
    let other = pool.connect_options().connect().await.unwrap();
    transcript.note("taken", lock.try_acquire(other).await.unwrap().is_right());
    let mut released = held.release_now().await.unwrap();
    let driver: &mut DriverConnection = &mut released;
    transcript.note("of a server", driver.server_version_num() > Some(100_000));
    drop(released);
    let mut tx = pool.begin().await.unwrap();
    let held = lock.acquire(&mut *tx).await;
    transcript.note("in a transaction", held.is_ok());
    drop(held);
    transcript.tried("its end", tx.rollback().await);
}

async fn arrays(pool: &Pool, transcript: &mut Transcript) {
    let rows = "INSERT INTO books SELECT * FROM unnest($1::bigint[], $2::text[])";
    let rows = sqlx::query(rows).bind(vec![10_i64, 11]).bind(vec!["Ten", "Eleven"]);
    transcript.tried("arrays", rows.execute(pool).await);
    let any = sqlx::query_scalar::<_, String>("SELECT title FROM books WHERE id = ANY($1)");
    transcript.tried("any of them", any.bind(&[10_i64, 99][..]).fetch_all(pool).await);
    let statement = sqlx::SqlStr::from_static("SELECT title FROM books WHERE id = $1");
    let types = [PgTypeInfo::with_name("int4")];
    let statement = pool.prepare_with(statement, &types).await.unwrap();
    let title = statement.query_scalar::<String>().bind(10_i32).fetch_one(pool).await;
    transcript.tried("of another type", title);
    let wrong = sqlx::query("SELECT $1::nothing").bind(1).execute(pool).await;
    transcript.tried("of no type", wrong);
}

async fn cursors(pool: &Pool, transcript: &mut Transcript) {
    let mut tx = pool.begin().await.unwrap();
    tx.execute("DECLARE c CURSOR FOR SELECT * FROM generate_series(1, 10)").await.unwrap();
    for count in ["FETCH 4 FROM c", "FETCH ALL FROM c", "FETCH 1 FROM c"] {
        transcript.note("fetched", tx.fetch_all(count).await.unwrap().len());
    }
    transcript.tried("closed", tx.commit().await);
    let done = "WITH gone AS (DELETE FROM books WHERE id > 9 RETURNING id) SELECT * FROM gone";
    let gone = sqlx::query_scalar::<_, i64>(done).fetch_all(pool).await;
    transcript.tried("gone", gone);
    let explained = sqlx::query_scalar::<_, String>("EXPLAIN (COSTS OFF) SELECT * FROM books");
    transcript.tried("explained", explained.fetch_all(pool).await);
}
