//! A database that is empty and that no other test uses.

use std::sync::{
    LazyLock,
    atomic::{AtomicUsize, Ordering},
};

use integration_tests::{MariaDb, Postgres};
use sqlx::{AssertSqlSafe, Connection, MySqlConnection, PgConnection};
use tempfile::TempDir;

/// The servers that no test harms, gone with the process.
static POSTGRES: LazyLock<Postgres> = LazyLock::new(Postgres::start);
static MARIADB: LazyLock<MariaDb> = LazyLock::new(MariaDb::start);

/// An empty database that nobody else uses.
#[derive(Debug)]
pub(crate) struct EmptyDatabase {
    pub(crate) url: String,
    /// Its name, which errors may tell.
    pub(crate) name: String,
    _folder: Option<TempDir>,
}

impl EmptyDatabase {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("books.db").display().to_string();
        Self { url: format!("sqlite://{file}?mode=rwc"), name: file, _folder: Some(folder) }
    }

    pub(crate) async fn postgres() -> Self {
        Self::of_postgres(&POSTGRES).await
    }

    pub(crate) async fn of_postgres(server: &Postgres) -> Self {
        let (url, mut server) = (server.url(), PgConnection::connect(&server.url()).await.unwrap());
        let name = name();
        // As the server starts: nothing else is in it, and nobody waits for the disk.
        let create = format!("CREATE DATABASE {name} STRATEGY wal_log");
        sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut server).await.unwrap();
        Self { url: url.replace("/postgres?", &format!("/{name}?")), name, _folder: None }
    }

    pub(crate) async fn mariadb() -> Self {
        Self::of_mariadb(&MARIADB).await
    }

    pub(crate) async fn of_mariadb(server: &MariaDb) -> Self {
        let (url, mut server) =
            (server.url(), MySqlConnection::connect(&server.url()).await.unwrap());
        let name = name();
        let create = format!("CREATE DATABASE {name}");
        sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut server).await.unwrap();
        Self { url: url.replace("/test?", &format!("/{name}?")), name, _folder: None }
    }
}

/// All of one length.
fn name() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    format!("fresh_{:04}", COUNT.fetch_add(1, Ordering::Relaxed))
}
