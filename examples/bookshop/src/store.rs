//! The database, which is SQLite.

mod books;
mod ledger;
mod orders;

use std::{io, time::Duration};

use kymo::{
    Telemetry,
    migrations::MigrationStatus,
    sqlx::{MeasureConnections as _, MeasuredPool, PoolNameError, PoolSettings},
};
use sqlx::{
    Sqlite,
    migrate::MigrateError,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tempfile::TempDir;
use tokio::{join, time::timeout};

pub(crate) use self::{books::Books, ledger::Ledger, orders::Orders};

/// SQLite has one writer at a time; the others are for readers.
const CONNECTIONS: u32 = 4;

/// How long a writer waits for another one before the request fails.
const BUSY: Duration = Duration::from_secs(5);

/// How long the end of the program waits for queries under way.
const CLOSING: Duration = Duration::from_secs(2);

/// Where the books are kept.
#[derive(Debug)]
pub(crate) struct Store {
    pool: MeasuredPool<Sqlite>,
    ledger: MeasuredPool<Sqlite>,
    schema: MigrationStatus,
    /// Present when nobody said where: the folder goes with the store.
    _folder: Option<TempDir>,
}

/// Why the books cannot be reached.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error("cannot make a temporary folder; is there space, or use --database-url")]
    Folder(#[source] io::Error),
    #[error("cannot open {file}; does its folder exist, and may you write there? (--database-url)")]
    Open { file: String, source: sqlx::Error },
    #[error(transparent)]
    Name(#[from] PoolNameError),
    #[error("cannot bring {file} up to date; is it the database of another program?")]
    Migrate { file: String, source: MigrateError },
}

impl Store {
    /// Opens the database, making the file and the tables if they are missing.
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
        let pool = SqlitePoolOptions::new()
            .measured()
            .max_connections(CONNECTIONS)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.clone())
            .await
            .map_err(|source| OpenError::Open { file: file.clone(), source })?;
        let pool = telemetry.sqlx(pool);
        let migrations = telemetry.migrations(sqlx::migrate!()).of(&pool);
        migrations.run(&pool).await.map_err(|source| OpenError::Migrate { file, source })?;
        let schema = migrations.watch(&pool);
        // Wrong on purpose: who reads the ledger waits for all who came before.
        let ledger = SqlitePoolOptions::new().max_connections(1).measured();
        let named = PoolSettings::new().named("ledger");
        let ledger = telemetry.sqlx_with(ledger.connect_lazy_with(options), &named)?;
        Ok(Self { pool, ledger, schema, _folder: folder })
    }

    /// Whether the database has the tables that this program needs.
    pub(crate) fn schema(&self) -> MigrationStatus {
        self.schema.clone()
    }

    pub(crate) fn pool(&self) -> MeasuredPool<Sqlite> {
        self.pool.clone()
    }

    /// The sales, which have a pool to themselves.
    pub(crate) fn ledger(&self) -> Ledger {
        Ledger::new(self.ledger.clone())
    }

    /// Closes the file properly, unless a query holds it for too long.
    pub(crate) async fn close(self) {
        let _ = timeout(CLOSING, async { join!(self.ledger.close(), self.pool.close()) }).await;
    }
}

fn temporary() -> io::Result<(SqliteConnectOptions, Option<TempDir>)> {
    let folder = TempDir::with_prefix("bookshop-")?;
    let options = SqliteConnectOptions::new().filename(folder.path().join("books.db"));
    Ok((options, Some(folder)))
}
