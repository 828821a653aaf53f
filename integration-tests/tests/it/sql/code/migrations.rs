//! The schema, step by step.

use sqlx::migrate::Migrator;

use super::{Pool, Transcript};

static MIGRATOR: Migrator = sqlx::migrate!("tests/it/sql/migrations");
static BROKEN: Migrator = sqlx::migrate!("tests/it/sql/broken_migrations");

pub(super) async fn run(pool: &Pool, transcript: &mut Transcript) {
    transcript.tried("the first step", MIGRATOR.run_to(1, pool).await);
    transcript.tried("all steps", MIGRATOR.run(pool).await);
    let mut connection = pool.acquire().await.unwrap();
    transcript.tried("nothing left to do", MIGRATOR.run(&mut *connection).await);
    transcript.tried("a step back", MIGRATOR.undo(&mut *connection, 1).await);
    drop(connection);
    let done = "SELECT version, description, success FROM _sqlx_migrations";
    let done = sqlx::query_as::<_, (i64, String, bool)>(done).fetch_all(pool).await;
    transcript.tried("what was done", done);
    transcript.tried("a step that fails", BROKEN.run(pool).await);
    let shelves = sqlx::query_as::<_, (i64, String)>("SELECT id, name FROM shelves");
    transcript.tried("the shelves", shelves.fetch_all(pool).await);
}
