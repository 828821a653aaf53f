//! Queries on the pool itself.

use sqlx::{AssertSqlSafe, Column, Executor, QueryBuilder, Row, SqlSafeStr};

use super::{
    Db, DbRow, Pool, Transcript,
    books::{Book, count, titles},
    dialect,
};

pub(super) async fn run(pool: &Pool, transcript: &mut Transcript) {
    let schema = sqlx::raw_sql(dialect::SCHEMA).execute(pool).await;
    transcript.tried("several statements at once", schema);
    written(pool, transcript).await;
    read(pool, transcript).await;
    built(pool, transcript).await;
    as_methods(pool, transcript).await;
}

async fn written(pool: &Pool, transcript: &mut Transcript) {
    let author = sqlx::query_scalar::<_, i64>(dialect::ADD_AUTHOR).bind("Le Guin");
    transcript.tried("an id that comes back", author.fetch_one(pool).await);
    for book in [Book::new(1, "Dune"), Book::bare(2, "Hellstrom's Hive")] {
        transcript.tried("a book", add(pool, book).await);
    }
    let rename = sqlx::query(dialect::RENAME).bind("Dune!").bind(1_i64).execute(pool);
    transcript.tried("a new title", rename.await);
    let nothing = sqlx::query(dialect::RENAME).bind("").bind(-1_i64).execute(pool);
    transcript.tried("a new title for nobody", nothing.await);
}

/// With a bind of every type that all databases know.
async fn add(pool: &Pool, book: Book) -> sqlx::Result<u64> {
    let query = sqlx::query(dialect::ADD_BOOK).bind(book.id).bind(book.author).bind(book.title);
    let query = query.bind(book.pages).bind(book.price).bind(book.rating);
    let query = query.bind(book.available).bind(book.cover);
    Ok(query.execute(pool).await?.rows_affected())
}

async fn read(pool: &Pool, transcript: &mut Transcript) {
    let book = sqlx::query_as::<_, Book>(dialect::BOOK).bind(1_i64);
    transcript.tried("a struct", book.fetch_one(pool).await);
    let none = sqlx::query_as::<_, Book>(dialect::BOOK).bind(99_i64);
    transcript.tried("a struct of nobody", none.fetch_optional(pool).await);
    let tuple = sqlx::query_as::<_, (i64, String)>("SELECT id, title FROM books ORDER BY id");
    transcript.tried("tuples", tuple.fetch_all(pool).await);
    let scalar = sqlx::query_scalar::<_, Option<i32>>("SELECT pages FROM books ORDER BY id");
    transcript.tried("scalars", scalar.fetch_all(pool).await);
    let mapped = sqlx::query(dialect::BOOK).bind(1_i64);
    let mapped = mapped.map(|row: DbRow| row.get::<String, _>("title"));
    transcript.tried("a mapped row", mapped.fetch_one(pool).await);
    let tried =
        sqlx::query(dialect::BOOK).bind(2_i64).try_map(|row: DbRow| row.try_get::<i32, _>(3));
    transcript.tried("a row that does not map", tried.fetch_one(pool).await);
    let unprepared = sqlx::query(dialect::TITLES).bind(1_i64).bind(10_i64).persistent(false);
    let titles = unprepared.fetch_all(pool).await.unwrap();
    transcript.note("not kept", titles.iter().map(|row| row.get(0)).collect::<Vec<String>>());
    let columns = titles[0].columns().iter().map(|column| (column.name(), column.type_info()));
    transcript.note("its columns", columns.collect::<Vec<_>>());
    // Texts of every kind, two of them the same.
    for id in ["1", "2", "2"] {
        let text = format!("SELECT title FROM books WHERE id = {id}");
        let query = sqlx::query_scalar::<_, String>(AssertSqlSafe(text));
        transcript.tried("a text of its own", query.fetch_optional(pool).await);
    }
    let shared = "SELECT 1 + 1".into_sql_str();
    let query = sqlx::query(shared.clone()).fetch_one(pool).await;
    transcript.note("a shared text", (shared.as_str(), query.is_ok()));
}

async fn built(pool: &Pool, transcript: &mut Transcript) {
    let mut builder = QueryBuilder::<Db>::new("INSERT INTO books (id, author, title) ");
    builder.push_values(10_i64..13, |mut row, id| {
        row.push_bind(id).push_bind(1_i64).push_bind(format!("Volume {id}"));
    });
    transcript.note("what was built", builder.sql().as_str());
    let done = builder.build().execute(pool).await;
    transcript.tried("rows at once", done.map(|done| done.rows_affected()));
    let mut builder = QueryBuilder::<Db>::new("SELECT * FROM books WHERE (id, author) IN ");
    builder.push_tuples([(10_i64, 1_i64), (11, 2), (12, 1)], |mut row, (id, author)| {
        row.push_bind(id).push_bind(author);
    });
    builder.push(" ORDER BY id");
    let books = builder.build_query_as::<Book>().fetch_all(pool).await;
    transcript.tried("pairs", books.map(|books| books.len()));
    let mut builder = QueryBuilder::<Db>::new("SELECT title FROM books WHERE id IN (");
    let mut separated = builder.separated(", ");
    for id in [1_i64, 2] {
        separated.push_bind(id);
    }
    separated.push_unseparated(") ORDER BY id");
    let titles = builder.build_query_scalar::<String>().fetch_all(pool).await;
    transcript.tried("a list", titles);
    transcript.note("so far", count(pool).await);
}

async fn as_methods(pool: &Pool, transcript: &mut Transcript) {
    transcript.tried("a text", pool.execute("UPDATE books SET available = NULL").await);
    let row = pool.fetch_one("SELECT title FROM books WHERE id = 1").await;
    transcript.tried("a row of a text", row.map(|row| row.get::<String, _>(0)));
    let row = pool.fetch_optional(sqlx::query(dialect::BOOK).bind(99_i64)).await;
    transcript.note("no row", row.unwrap().is_none());
    let rows = pool.fetch_all(sqlx::query(dialect::TITLES).bind(1_i64).bind(3_i64)).await;
    transcript.note("rows", rows.unwrap().len());
    let removed = pool.execute(sqlx::query(dialect::REMOVE).bind(12_i64)).await;
    transcript.tried("removed", removed);
    transcript.note("left", titles(pool).await);
}
