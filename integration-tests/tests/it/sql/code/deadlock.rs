//! Two transactions, each of which waits for the other.

use super::{Pool, dialect};
use crate::sql::transcript::Transcript;

/// One of them loses.
pub(crate) async fn deadlock(pool: &Pool) -> Transcript {
    let mut transcript = Transcript::default();
    let both = tokio::sync::Barrier::new(2);
    let pay = async |from: i64, to: i64| {
        let mut tx = pool.begin().await?;
        sqlx::query(dialect::PAY).bind(-1_i64).bind(from).execute(&mut *tx).await?;
        both.wait().await;
        sqlx::query(dialect::PAY).bind(1_i64).bind(to).execute(&mut *tx).await?;
        tx.commit().await
    };
    let (one, other) = tokio::join!(pay(1, 2), pay(2, 1));
    let (lost, won) = if one.is_err() { (one, other) } else { (other, one) };
    transcript.told("one", &won);
    transcript.told("the other", &lost);
    let sum = "SELECT CAST(sum(balance) AS CHAR(2)) FROM accounts";
    let sum = sqlx::query_scalar::<_, String>(sum).fetch_one(pool).await;
    transcript.tried("nothing was lost", sum);
    transcript
}
