//! Rows one by one.

use futures_util::{StreamExt, TryStreamExt};
use sqlx::{Database, Either, Executor, Row};

use super::{Db, DbRow, Pool, Transcript, books::Book, dialect};

const SEVERAL: &str = "UPDATE books SET rating = 1; SELECT title FROM books WHERE id < 3 ORDER BY \
    id; DELETE FROM books WHERE id = 11";

pub(super) async fn run(pool: &Pool, transcript: &mut Transcript) {
    whole(pool, transcript).await;
    many(pool, transcript).await;
    dropped(pool, transcript).await;
}

async fn whole(pool: &Pool, transcript: &mut Transcript) {
    let mut rows = sqlx::query(dialect::TITLES).bind(1_i64).bind(20_i64).fetch(pool);
    while let Some(row) = rows.try_next().await.unwrap() {
        transcript.note("a row", row.get::<String, _>("title"));
    }
    drop(rows);
    let books = sqlx::query_as::<_, Book>("SELECT * FROM books ORDER BY id").fetch(pool);
    let ids = books.map_ok(|book| book.id).try_collect::<Vec<_>>().await;
    transcript.tried("ids", ids);
    let scalars = sqlx::query_scalar::<_, String>("SELECT title FROM books WHERE id < 3");
    transcript.tried("titles", scalars.fetch(pool).try_collect::<Vec<_>>().await);
    let none = sqlx::query(dialect::BOOK).bind(99_i64).fetch(pool);
    transcript.note("nothing", none.count().await);
    // A stream whose query fails.
    let mut wrong = sqlx::query("SELECT nothing FROM nowhere").fetch(pool);
    transcript.tried("a wrong one", wrong.try_next().await.map(|row| row.is_some()));
    transcript.note("and then", wrong.next().await.is_none());
}

#[expect(deprecated, reason = "people still do")]
async fn many(pool: &Pool, transcript: &mut Transcript) {
    let mut results = sqlx::raw_sql(SEVERAL).fetch_many(pool);
    while let Some(result) = results.try_next().await.unwrap() {
        transcript.note("of several", shown(result));
    }
    drop(results);
    let done = sqlx::raw_sql(SEVERAL).execute_many(pool);
    transcript.tried("only what was done", done.try_collect::<Vec<_>>().await);
    let rows = sqlx::raw_sql(SEVERAL).fetch(pool);
    transcript.note("only the rows", rows.count().await);
    let all = sqlx::raw_sql(SEVERAL).fetch_all(pool).await;
    transcript.tried("all rows", all.map(|rows| rows.len()));
    let one = sqlx::raw_sql("SELECT 1; SELECT 2").fetch_one(pool).await;
    transcript.note("one of two", one.is_ok());
    let optional = sqlx::raw_sql("SELECT 1 WHERE 1 = 0").fetch_optional(pool).await;
    transcript.note("none of one", optional.unwrap().is_none());

    let results = sqlx::query(dialect::TITLES).bind(1_i64).bind(3_i64).fetch_many(pool);
    let results = results.map_ok(shown).try_collect::<Vec<_>>();
    transcript.tried("of one", results.await);
    let done = sqlx::query(dialect::RENAME).bind("Dune").bind(1_i64).execute_many(pool).await;
    transcript.tried("done once", done.try_collect::<Vec<_>>().await);
    let results = pool.fetch_many("SELECT title FROM books WHERE id = 1");
    transcript.tried("by a method", results.map_ok(shown).try_collect::<Vec<_>>().await);
    let done = pool.execute_many(SEVERAL).try_collect::<Vec<_>>().await;
    transcript.tried("by another", done);
    let rows = pool.fetch("SELECT title FROM books").try_collect::<Vec<_>>().await;
    transcript.note("by a third", rows.unwrap().len());
}

fn shown(result: Either<<Db as Database>::QueryResult, DbRow>) -> String {
    match result {
        Either::Left(done) => format!("{done:?}"),
        Either::Right(row) => format!("{} columns", row.len()),
    }
}

/// Whoever comes next must not find the rest of them.
async fn dropped(pool: &Pool, transcript: &mut Transcript) {
    let mut rows = sqlx::query(dialect::TITLES).bind(1_i64).bind(20_i64).fetch(pool);
    transcript.note("the first", rows.next().await.is_some());
    drop(rows);
    drop(sqlx::query("SELECT * FROM books").fetch(pool));

    let mut connection = pool.acquire().await.unwrap();
    let mut rows = sqlx::query(dialect::TITLES).bind(1_i64).bind(20_i64).fetch(&mut *connection);
    transcript.note("the first of a connection", rows.next().await.is_some());
    drop(rows);
    let next = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM authors");
    transcript.tried("the next of it", next.fetch_one(&mut *connection).await);
    // More than fits into a buffer.
    let all = "SELECT a.title FROM books a, books b, books c, books d, books e, books f, books g";
    let mut rows = connection.fetch(all);
    transcript.note("the first of many", rows.next().await.is_some());
    drop(rows);
    let next = connection.fetch_one("SELECT count(*) FROM authors").await;
    transcript.tried("the next after many", next.map(|row| row.get::<i64, _>(0)));
}
