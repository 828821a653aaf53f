//! The books, in the database.

use kymo::{
    Telemetry,
    repository::{Entity, Repository},
    sqlx::MeasuredPool,
};
use sqlx::{Sqlite, SqliteConnection};

use crate::{
    authors::Author,
    books::{Book, Draft},
};

/// All that is asked of the books. Clones share one pool.
#[derive(Clone, Debug)]
pub(crate) struct Books {
    pool: MeasuredPool<Sqlite>,
    repository: Repository,
    book: Entity,
}

impl Books {
    pub(crate) fn new(telemetry: &Telemetry, pool: MeasuredPool<Sqlite>) -> Self {
        let repository = telemetry.repository_of::<Self>();
        Self { pool, book: repository.entity("book"), repository }
    }
}

#[kymo::repository("books", errors = kymo::sqlx::ERRORS)]
impl Books {
    pub(crate) async fn all(&self) -> sqlx::Result<Vec<Book>> {
        sqlx::query_as("SELECT id, title, author, stock FROM books ORDER BY id")
            .fetch_all(&self.pool)
            .await
    }

    pub(crate) async fn find(&self, id: i64) -> sqlx::Result<Option<Book>> {
        sqlx::query_as("SELECT id, title, author, stock FROM books WHERE id = ?")
            .bind(id)
            .fetch_optional(&self.pool)
            .await
    }

    pub(crate) async fn insert(&self, draft: Draft) -> sqlx::Result<Book> {
        let book = sqlx::query_as(
            "INSERT INTO books (title, author) VALUES (?, ?) RETURNING id, title, author, stock",
        )
        .bind(draft.title)
        .bind(draft.author)
        .fetch_one(&self.pool)
        .await?;
        self.book.inserted(1);
        Ok(book)
    }

    pub(crate) async fn update(&self, id: i64, draft: Draft) -> sqlx::Result<Option<Book>> {
        let book = sqlx::query_as(
            "UPDATE books SET title = ?, author = ? WHERE id = ? RETURNING id, title, author, stock",
        )
        .bind(draft.title)
        .bind(draft.author)
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        self.book.updated(book.iter().len() as u64);
        Ok(book)
    }

    /// Whether there was such a book.
    pub(crate) async fn delete(&self, id: i64) -> sqlx::Result<bool> {
        let done =
            sqlx::query("DELETE FROM books WHERE id = ?").bind(id).execute(&self.pool).await?;
        self.book.deleted(done.rows_affected());
        Ok(done.rows_affected() > 0)
    }
}

impl Books {
    pub(crate) async fn authors(&self) -> sqlx::Result<Vec<Author>> {
        let mut connection = self.pool.acquire().await?;
        count_by_author(&mut connection).await
    }

    /// One query for each, which is wrong on purpose: `WHERE title IN (…)` would be one for all.
    pub(crate) async fn authors_of(&self, titles: &[&str]) -> sqlx::Result<Vec<Option<String>>> {
        let mut connection = self.pool.acquire().await?;
        let mut authors = Vec::new();
        for title in titles {
            let author = sqlx::query_scalar("SELECT author FROM books WHERE title = ? LIMIT 1");
            authors.push(author.bind(*title).fetch_optional(&mut *connection).await?);
        }
        Ok(authors)
    }

    pub(crate) async fn on_shelf(&self, number: u8) -> sqlx::Result<Vec<Book>> {
        sqlx::query_as("SELECT id, title, author, stock FROM books WHERE id % 100 = ? LIMIT 10")
            .bind(number)
            .fetch_all(&self.pool)
            .await
    }
}

/// Takes sqlx's own connection, as functions of most services do, and of crates that know nothing of kymo: the
/// measured pool does not see this statement. The events of sqlx do, and it is counted as one that went
/// round the pool.
async fn count_by_author(connection: &mut SqliteConnection) -> sqlx::Result<Vec<Author>> {
    sqlx::query_as(
        "-- name: count_by_author
        SELECT author, count(*) AS books FROM books GROUP BY author ORDER BY author",
    )
    .fetch_all(connection)
    .await
}
