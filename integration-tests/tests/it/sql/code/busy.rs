//! Two writers, where there can be only one.

use super::{Pool, dialect};
use crate::sql::transcript::Transcript;

/// Two who read and then want to write: waiting would be for ever.
pub(crate) async fn two_writers(pool: &Pool) -> Transcript {
    let mut transcript = Transcript::default();
    let mut one = pool.begin().await.unwrap();
    let mut other = pool.begin().await.unwrap();
    for tx in [&mut one, &mut other] {
        sqlx::query("SELECT count(*) FROM accounts").fetch_one(&mut **tx).await.unwrap();
    }
    let pay = sqlx::query(dialect::PAY).bind(1_i64).bind(1_i64).execute(&mut *one).await;
    transcript.told("one", &pay.map(|_| ()));
    let pay = sqlx::query(dialect::PAY).bind(1_i64).bind(1_i64).execute(&mut *other).await;
    transcript.told("the other", &pay.map(|_| ()));
    transcript.told("rollback", &other.rollback().await);
    transcript.told("commit", &one.commit().await);
    transcript
}
