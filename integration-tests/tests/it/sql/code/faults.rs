//! Faults that happen on any database, as a program sees them.

use std::time::Duration;

#[allow(unused_imports, reason = "a measured transaction begins without it")]
use sqlx::Acquire;

use super::{Db, Pool, Transaction, dialect};
use crate::sql::transcript::Transcript;

/// Statements that the database refuses one by one.
pub(crate) async fn refused(pool: &Pool) -> Transcript {
    let mut transcript = Transcript::default();
    let author = async |name: Option<&str>| {
        sqlx::query(dialect::ADD_AUTHOR).bind(name).fetch_one(pool).await.map(|_| ())
    };
    let book = async |author: i64, pages: i32| {
        let query = sqlx::query(dialect::ADD_BOOK).bind(1_i64).bind(author).bind("x").bind(pages);
        let query = query.bind(1.0).bind(1.0_f32).bind(true).bind(Vec::<u8>::new());
        query.execute(pool).await.map(|_| ())
    };
    transcript.told("unique", &author(Some("Herbert")).await);
    transcript.told("not null", &author(None).await);
    transcript.told("foreign key", &book(77, 1).await);
    transcript.told("check", &book(1, 0).await);
    transcript.told("syntax", &sqlx::query("SELEC").execute(pool).await.map(|_| ()));
    let nowhere = sqlx::query("DELETE FROM nowhere").execute(pool).await;
    transcript.told("nowhere", &nowhere.map(|_| ()));
    transcript.told("none of these", &book(1, 1).await);
    transcript
}

/// A query that its caller does not wait for.
pub(crate) async fn given_up(pool: &Pool) -> Transcript {
    let mut transcript = Transcript::default();
    let slow = sqlx::query(dialect::SLOW).fetch_all(pool);
    transcript.note("in time", tokio::time::timeout(BRIEFLY, slow).await.is_ok());
    transcript.note("accounts", accounts(pool).await);
    transcript
}

/// A pool whose only connection is in use for longer than anybody waits, and then is not.
pub(crate) async fn nothing_to_be_had(pool: &Pool) -> Transcript {
    let mut transcript = Transcript::default();
    let held = pool.acquire().await.unwrap();
    let (query, tx, left, connection) = tokio::join!(
        sqlx::query("SELECT 1").execute(pool),
        pool.begin(),
        tokio::time::timeout(BRIEFLY, sqlx::query("SELECT 2 FROM accounts").fetch_one(pool)),
        pool.acquire(),
    );
    transcript.told("a query", &query.map(|_| ()));
    transcript.told("a transaction", &tx.map(|_| ()));
    transcript.note("left while waiting", left.is_err());
    transcript.told("a connection", &connection.map(|_| ()));
    drop(held);
    transcript.note("accounts", accounts(pool).await);
    transcript
}

/// A transaction whose future is dropped half-way.
pub(crate) async fn transaction_given_up(pool: &Pool) -> Transcript {
    let mut transcript = Transcript::default();
    let mut tx = pool.begin().await.unwrap();
    transcript.told("opened", &open(&mut tx, 3).await);
    let rest = async move {
        sqlx::query(dialect::SLOW).fetch_all(&mut *tx).await?;
        tx.commit().await
    };
    transcript.note("in time", tokio::time::timeout(BRIEFLY, rest).await.is_ok());
    transcript.note("accounts", accounts(pool).await);
    transcript
}

/// A commit after a statement that failed.
pub(crate) async fn commit_after_a_failure(pool: &Pool) -> Transcript {
    let mut transcript = Transcript::default();
    let mut tx = pool.begin().await.unwrap();
    transcript.told("opened", &open(&mut tx, 3).await);
    transcript.told("twice", &open(&mut tx, 1).await);
    transcript.told("commit", &tx.commit().await);
    transcript.note("accounts", accounts(pool).await);
    transcript
}

/// A failure that a savepoint takes back.
pub(crate) async fn failure_in_a_savepoint(pool: &Pool) -> Transcript {
    let mut transcript = Transcript::default();
    let mut tx = pool.begin().await.unwrap();
    transcript.told("opened", &open(&mut tx, 3).await);
    let mut inner = tx.begin().await.unwrap();
    transcript.told("opened within", &open(&mut inner, 4).await);
    transcript.told("twice", &open(&mut inner, 1).await);
    transcript.told("rollback", &inner.rollback().await);
    transcript.told("opened after", &open(&mut tx, 5).await);
    transcript.told("commit", &tx.commit().await);
    transcript.note("accounts", accounts(pool).await);
    transcript
}

const BRIEFLY: Duration = Duration::from_millis(20);

async fn open(tx: &mut Transaction<'_>, id: i64) -> sqlx::Result<()> {
    let query = sqlx::query::<Db>(dialect::ADD_ACCOUNT).bind(id).bind(0_i64);
    query.execute(&mut **tx).await.map(|_| ())
}

pub(crate) async fn accounts(pool: &Pool) -> Vec<i64> {
    let ids = sqlx::query_scalar("SELECT id FROM accounts ORDER BY id");
    ids.fetch_all(pool).await.unwrap()
}
