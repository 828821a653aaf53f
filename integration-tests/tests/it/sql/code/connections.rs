//! The pool and its connections themselves.

use std::time::Duration;

use sqlx::{ConnectOptions, Connection as _, Executor};

use super::{Db, Pool, PoolConnection, Transcript, dialect};

pub(super) async fn run(pool: Pool, transcript: &mut Transcript) {
    held(&pool, transcript).await;
    taken_out(&pool, transcript).await;
    exhausted(&pool, transcript).await;
    // The last one may still be on its way back.
    while pool.num_idle() != pool.size() as usize {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    told(&pool, transcript);
    closed(pool, transcript).await;
}

async fn held(pool: &Pool, transcript: &mut Transcript) {
    let mut connection = pool.acquire().await.unwrap();
    transcript.tried("a ping", connection.ping().await);
    let one = sqlx::query_scalar::<_, i32>("SELECT 1").fetch_one(&mut *connection).await;
    transcript.note("one", one.is_ok());
    transcript.note("something to send", connection.should_flush());
    connection.shrink_buffers();
    transcript.tried("sent", connection.flush().await);
    transcript.tried("closed", connection.close().await);
    let again = pool.acquire().await.unwrap().detach();
    transcript.tried("closed in a hurry", again.close_hard().await);
}

async fn taken_out(pool: &Pool, transcript: &mut Transcript) {
    let mut own = pool.acquire().await.unwrap().detach();
    let title = own.fetch_one(sqlx::query(dialect::BOOK).bind(1_i64)).await;
    transcript.note("one of our own", title.is_ok());
    transcript.tried("closed by hand", own.close().await);
    let mut apart = pool.connect_options().connect().await.unwrap();
    transcript.tried("apart from the pool", apart.ping().await);
    drop(apart);
}

async fn exhausted(pool: &Pool, transcript: &mut Transcript) {
    let all = futures_util::future::join_all(
        (0..pool.options().get_max_connections()).map(|_| async { pool.acquire().await.unwrap() }),
    );
    let all: Vec<PoolConnection> = all.await;
    transcript.note("all", (all.len(), pool.size(), pool.num_idle()));
    transcript.note("none to be had", pool.try_acquire().is_none());
    let (connection, row, tx) =
        tokio::join!(pool.acquire(), sqlx::query("SELECT 1").fetch_one(pool), pool.begin());
    transcript.tried("nor in time", connection.map(|_| ()));
    transcript.tried("nor for a query", row.map(|_| ()));
    transcript.tried("nor for a transaction", tx.map(|_| ()));
    let waiting = tokio::time::timeout(Duration::from_millis(10), pool.acquire()).await;
    transcript.note("left while waiting", waiting.is_err());
    drop(all);
    transcript.tried("one of them", pool.acquire().await.map(|_| ()));
}

fn told(pool: &Pool, transcript: &mut Transcript) {
    let options = pool.options();
    transcript.note("most", options.get_max_connections());
    transcript.note("least", options.get_min_connections());
    transcript.note("patience", options.get_acquire_timeout());
    transcript.note("most at once", pool.size() <= options.get_max_connections());
    transcript.note("idle", (pool.num_idle(), pool.size()));
    let url = pool.connect_options().to_url_lossy();
    transcript.note("where", url.scheme());
    pool.set_connect_options((*pool.connect_options()).clone());
    let of_sqlx: &sqlx::Pool<Db> = pool;
    transcript.note("one and the same", of_sqlx.options().get_max_connections());
}

async fn closed(pool: Pool, transcript: &mut Transcript) {
    let event = pool.close_event();
    let mut waiting = pool.close_event();
    let work = async { tokio::time::sleep(Duration::from_mins(1)).await };
    let (until, ()) = tokio::join!(waiting.do_until(work), pool.close());
    transcript.tried("told to go", until);
    event.await;
    transcript.note("closed", (pool.is_closed(), pool.size(), pool.num_idle()));
    transcript.tried("acquired", pool.acquire().await.map(|_| ()));
    transcript.note("nothing to be tried", pool.try_acquire().is_none());
    transcript.tried("queried", sqlx::query("SELECT 1").execute(&pool).await);
    let optional = sqlx::query("SELECT 1").fetch_optional(&pool).await;
    transcript.tried("fetched", optional.map(|_| ()));
    transcript.tried("begun", pool.begin().await.map(|_| ()));
    transcript.note("tried to begin", pool.try_begin().await.is_ok_and(|tx| tx.is_none()));
    transcript
        .tried("prepared", pool.prepare(sqlx::SqlStr::from_static("SELECT 1")).await.map(|_| ()));
    pool.close().await;
}
