//! Two transactions that read what the other one changes.

use super::{Pool, dialect};
use crate::sql::transcript::Transcript;

/// Of which the database lets only the first be committed.
pub(crate) async fn write_skew(pool: &Pool) -> Transcript {
    let mut transcript = Transcript::default();
    let mut one = pool.begin_with(dialect::BEGIN).await.unwrap();
    let mut other = pool.begin_with(dialect::BEGIN).await.unwrap();
    for (tx, id) in [(&mut one, 1_i64), (&mut other, 2)] {
        sqlx::query("SELECT sum(balance) FROM accounts").fetch_one(&mut **tx).await.unwrap();
        sqlx::query(dialect::PAY).bind(-5_i64).bind(id).execute(&mut **tx).await.unwrap();
    }
    transcript.told("one", &one.commit().await);
    transcript.told("the other", &other.commit().await);
    transcript
}
