//! The shapes on PostgreSQL.

#[path = "code.rs"]
pub(super) mod code;

use kymo::sqlx::MeasuredPool;
use sqlx::{Executor as _, PgExecutor};
use sqlx::{PgConnection as Connection, PgPool as Pool, Postgres as Db};

/// A row of a statement that the compiler has checked.
struct Titled {
    id: i64,
    title: Option<String>,
}

/// Has its statement checked by the compiler.
async fn by_macro(executor: impl PgExecutor<'_>, title: &str) -> sqlx::Result<Vec<Titled>> {
    sqlx::query_as!(Titled, "SELECT id, title FROM by_macro WHERE title = $1", title)
        .fetch_all(executor)
        .await
}

pub(super) async fn prepare_macro(pool: &MeasuredPool<Db>) {
    pool.execute("CREATE TABLE by_macro (id BIGINT NOT NULL, title TEXT)").await.unwrap();
    pool.execute("INSERT INTO by_macro (id, title) VALUES (7, 'Dune')").await.unwrap();
}

/// On the measured pool, in a measured transaction, and on the bare pool.
pub(super) async fn run_macro(pool: &MeasuredPool<Db>) {
    let all = by_macro(pool, "Dune").await.unwrap();
    assert_eq!((all[0].id, all[0].title.as_deref()), (7, Some("Dune")));
    let mut transaction = pool.begin().await.unwrap();
    by_macro(&mut *transaction, "Emma").await.unwrap();
    transaction.commit().await.unwrap();
    by_macro(pool.inner(), "Emma").await.unwrap();
}
