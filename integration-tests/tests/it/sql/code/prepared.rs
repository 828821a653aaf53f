//! Statements that were prepared before.

#[allow(unused_imports, reason = "a measured connection has its methods itself")]
use sqlx::Connection as _;
use sqlx::{Column, Executor, SqlSafeStr, SqlStr, Statement};

use super::{Pool, Transcript, books::Book, dialect};

pub(super) async fn run(pool: &Pool, transcript: &mut Transcript) {
    let statement = pool.prepare(dialect::BOOK.into_sql_str()).await.unwrap();
    let names = statement.columns().iter().map(Column::name).collect::<Vec<_>>();
    transcript.note("columns", names);
    transcript.note("parameters", statement.parameters().map(|known| format!("{known:?}")));
    transcript.note("its text", statement.sql().as_str());
    for id in [1_i64, 2, 99] {
        let row = statement.query().bind(id).fetch_optional(pool).await;
        transcript.tried("prepared on the pool", row.map(|row| row.is_some()));
        let book = statement.query_as::<Book>().bind(id).fetch_optional(pool).await;
        transcript.tried("as a struct", book);
    }

    let mut connection = pool.acquire().await.unwrap();
    let statement = connection.prepare(SqlStr::from_static(dialect::TITLES)).await.unwrap();
    let titles = statement.query_scalar::<String>().bind(1_i64).bind(3_i64);
    transcript.tried("on a connection", titles.fetch_all(&mut *connection).await);
    let rename = connection.prepare_with(dialect::RENAME.into_sql_str(), &[]).await.unwrap();
    let rename = rename.query().bind("Dune").bind(1_i64).execute(&mut *connection).await;
    transcript.tried("with no types", rename);
    transcript.note("kept", connection.cached_statements_size() > 0);
    transcript.tried("forgotten", connection.clear_cached_statements().await);
    transcript.note("and gone", connection.cached_statements_size());
    // The server may have forgotten it, but the connection knows how to say it again.
    let titles = statement.query_scalar::<String>().bind(1_i64).bind(3_i64);
    transcript.tried("once more", titles.fetch_all(&mut *connection).await);

    let described = connection.describe("SELEC".into_sql_str()).await;
    transcript.tried("nonsense described", described.map(|_| ()));
    drop(connection);
    let wrong = pool.prepare("SELEC".into_sql_str()).await;
    transcript.tried("nonsense", wrong.map(|_| ()));
    let described = pool.describe(dialect::BOOK.into_sql_str()).await;
    transcript.tried("described", described.map(|told| (told.columns().len(), told.nullable(0))));
}
