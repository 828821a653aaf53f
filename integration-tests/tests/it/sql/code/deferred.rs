//! Commits that fail, where constraints can be deferred.

use super::{Pool, dialect};
use crate::sql::transcript::Transcript;

/// A commit that finds an owner without an account.
pub(crate) async fn failing_commit(pool: &Pool) -> Transcript {
    let mut transcript = Transcript::default();
    let mut tx = pool.begin().await.unwrap();
    let account = sqlx::query(dialect::ADD_ACCOUNT).bind(3_i64).bind(0_i64).execute(&mut *tx);
    transcript.told("opened", &account.await.map(|_| ()));
    let owner = sqlx::query(dialect::ADD_OWNER).bind(1_i64).bind(99_i64).execute(&mut *tx);
    transcript.told("not yet", &owner.await.map(|_| ()));
    transcript.told("commit", &tx.commit().await);
    transcript.note("accounts", super::faults::accounts(pool).await);
    transcript
}
