//! Rows that somebody else holds.

use super::{Pool, dialect};
use crate::sql::transcript::Transcript;

/// A row that is locked, for somebody who does not wait.
pub(crate) async fn locked(pool: &Pool) -> Transcript {
    let mut transcript = Transcript::default();
    let mut holder = pool.begin().await.unwrap();
    sqlx::query(dialect::PAY).bind(1_i64).bind(1_i64).execute(&mut *holder).await.unwrap();
    let mut other = pool.begin().await.unwrap();
    let row = sqlx::query("SELECT id FROM accounts WHERE id = 1 FOR UPDATE NOWAIT");
    transcript.told("locked", &row.fetch_optional(&mut *other).await.map(|_| ()));
    transcript.told("rollback", &other.rollback().await);
    transcript.told("commit", &holder.commit().await);
    transcript
}
