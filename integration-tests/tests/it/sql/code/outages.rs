//! A server that goes away, and comes back.

use std::time::Duration;

use integration_tests::{Database, Engine};

use super::{Pool, dialect};
use crate::sql::transcript::Transcript;

/// Killed while a query runs, and started again.
pub(crate) async fn killed<E: Engine>(pool: &Pool, server: &mut Database<E>) -> Transcript {
    let mut transcript = Transcript::default();
    transcript.told("before", &ask(pool).await);
    let slow = tokio::spawn({
        let pool = pool.clone();
        async move { sqlx::query(dialect::ENDLESS).fetch_all(&pool).await.map(|_| ()) }
    });
    // It is under way as soon as the only connection is not idle any more, or a moment later.
    while pool.num_idle() > 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    server.kill();
    transcript.told("under way", &slow.await.unwrap());
    let (query, tx) = tokio::join!(ask(pool), pool.begin());
    transcript.told("meanwhile", &query);
    transcript.told("a transaction", &tx.map(|_| ()));
    server.restart();
    transcript.told("afterwards", &ask(pool).await);
    transcript
}

/// Killed between two statements of a transaction.
pub(crate) async fn killed_within<E: Engine>(pool: &Pool, server: &mut Database<E>) -> Transcript {
    let mut transcript = Transcript::default();
    let mut tx = pool.begin().await.unwrap();
    let open = sqlx::query(dialect::ADD_ACCOUNT).bind(3_i64).bind(0_i64).execute(&mut *tx).await;
    transcript.told("opened", &open.map(|_| ()));
    server.kill();
    let query = sqlx::query("SELECT 1").fetch_one(&mut *tx).await;
    transcript.told("within", &query.map(|_| ()));
    transcript.told("commit", &tx.commit().await);
    server.restart();
    transcript.note("accounts", super::faults::accounts(pool).await);
    transcript
}

/// Stopped in order while a connection is idle, and started again.
pub(crate) async fn stopped<E: Engine>(pool: &Pool, server: &mut Database<E>) -> Transcript {
    let mut transcript = Transcript::default();
    transcript.told("before", &ask(pool).await);
    server.stop();
    server.restart();
    transcript.told("afterwards", &ask(pool).await);
    transcript
}

/// Frozen for longer than anybody waits, and thawed.
pub(crate) async fn frozen<E: Engine>(pool: &Pool, server: &mut Database<E>) -> Transcript {
    let mut transcript = Transcript::default();
    transcript.told("before", &ask(pool).await);
    server.freeze();
    let (query, tx) = tokio::join!(ask(pool), pool.begin());
    transcript.told("meanwhile", &query);
    transcript.told("a transaction", &tx.map(|_| ()));
    server.thaw();
    transcript.told("afterwards", &ask(pool).await);
    transcript
}

/// Frozen while a commit is under way that nobody waits for.
pub(crate) async fn commit_given_up<E: Engine>(
    pool: &Pool,
    server: &mut Database<E>,
) -> Transcript {
    let mut transcript = Transcript::default();
    let mut tx = pool.begin().await.unwrap();
    let open = sqlx::query(dialect::ADD_ACCOUNT).bind(3_i64).bind(0_i64).execute(&mut *tx).await;
    transcript.told("opened", &open.map(|_| ()));
    server.freeze();
    let commit = tokio::time::timeout(Duration::from_millis(50), tx.commit()).await;
    transcript.note("in time", commit.is_ok());
    server.thaw();
    transcript.note("accounts", super::faults::accounts(pool).await);
    transcript
}

async fn ask(pool: &Pool) -> sqlx::Result<()> {
    sqlx::query("SELECT 1").fetch_one(pool).await.map(|_| ())
}
