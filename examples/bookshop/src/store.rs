//! The books in SQLite.

use std::{io, sync::Arc, time::Duration};

use kymo::{
    Telemetry,
    sqlx::{MeasuredPool, pool_options},
};
use sqlx::{
    Sqlite,
    migrate::MigrateError,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tempfile::TempDir;
use tokio::time::timeout;

use crate::{
    books::{Book, Draft},
    orders::{Order, Refusal},
};

/// SQLite has one writer at a time; the others are for readers.
const CONNECTIONS: u32 = 4;

/// How long a writer waits for another one before the request fails.
const BUSY: Duration = Duration::from_secs(5);

/// How long the end of the program waits for queries under way.
const CLOSING: Duration = Duration::from_secs(2);

/// Where the books are kept. Clones share one pool.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pool: MeasuredPool<Sqlite>,
    /// Present when nobody said where: the folder goes when the last clone goes.
    _folder: Option<Arc<TempDir>>,
}

/// Why the books cannot be reached.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error("cannot make a temporary folder; is there space, or use --database-url")]
    Folder(#[source] io::Error),
    #[error("cannot open {file}; does its folder exist, and may you write there? (--database-url)")]
    Open { file: String, source: sqlx::Error },
    #[error("cannot bring {file} up to date; is it the database of another program?")]
    Migrate { file: String, source: MigrateError },
}

impl Store {
    /// Opens the database, making the file and the table if they are missing.
    pub(crate) async fn open(
        telemetry: &Telemetry,
        asked: Option<SqliteConnectOptions>,
    ) -> Result<Self, OpenError> {
        let (options, folder) = match asked {
            Some(options) => (options, None),
            None => temporary().map_err(OpenError::Folder)?,
        };
        let file = options.get_filename().display().to_string();
        let options = options
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(BUSY);
        // A connection is never retired: a database in memory lives only as long as one is open.
        // And only one is opened to begin with: two that switch a new file to WAL at the same time
        // find it locked, however long they would wait.
        let pool = pool_options()
            .max_connections(CONNECTIONS)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options)
            .await
            .map_err(|source| OpenError::Open { file: file.clone(), source })?;
        let pool = telemetry.sqlx(pool);
        sqlx::migrate!().run(&pool).await.map_err(|source| OpenError::Migrate { file, source })?;
        Ok(Self { pool, _folder: folder })
    }

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
        sqlx::query_as(
            "INSERT INTO books (title, author) VALUES (?, ?) RETURNING id, title, author, stock",
        )
        .bind(draft.title)
        .bind(draft.author)
        .fetch_one(&self.pool)
        .await
    }

    pub(crate) async fn update(&self, id: i64, draft: Draft) -> sqlx::Result<Option<Book>> {
        sqlx::query_as(
            "UPDATE books SET title = ?, author = ? WHERE id = ? RETURNING id, title, author, stock",
        )
        .bind(draft.title)
        .bind(draft.author)
        .bind(id)
        .fetch_optional(&self.pool)
        .await
    }

    /// Whether there was such a book.
    pub(crate) async fn delete(&self, id: i64) -> sqlx::Result<bool> {
        let done =
            sqlx::query("DELETE FROM books WHERE id = ?").bind(id).execute(&self.pool).await?;
        Ok(done.rows_affected() > 0)
    }

    /// Takes copies of a book out of the stock; an order that is refused leaves nothing behind.
    pub(crate) async fn order(&self, order: Order) -> Result<(), Refusal> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query("INSERT INTO orders (book, copies) VALUES (?, ?)")
            .bind(order.book)
            .bind(order.copies)
            .execute(&mut *transaction)
            .await?;
        let taken =
            sqlx::query("UPDATE books SET stock = stock - ?2 WHERE id = ?1 AND stock >= ?2")
                .bind(order.book)
                .bind(order.copies)
                .execute(&mut *transaction)
                .await?;
        if taken.rows_affected() == 0 {
            transaction.rollback().await?;
            return Err(Refusal::SoldOut);
        }
        Ok(transaction.commit().await?)
    }

    /// Closes the file properly, unless a query holds it for too long.
    pub(crate) async fn close(self) {
        let _ = timeout(CLOSING, self.pool.close()).await;
    }
}

/// An order of a book that is not there breaks the reference to it.
impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error() {
            Some(broken) if broken.is_foreign_key_violation() => Self::NoBook,
            _ => Self::Store(error),
        }
    }
}

fn temporary() -> io::Result<(SqliteConnectOptions, Option<Arc<TempDir>>)> {
    let folder = TempDir::with_prefix("bookshop-")?;
    let options = SqliteConnectOptions::new().filename(folder.path().join("books.db"));
    Ok((options, Some(Arc::new(folder))))
}
