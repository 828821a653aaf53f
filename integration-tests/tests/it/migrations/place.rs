//! An empty database of one of three kinds.

use std::time::Duration;

use sqlx::{AnyPool, any::AnyPoolOptions};

use crate::sql::empty_database::EmptyDatabase;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
    MariaDb,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Sqlite, Self::Postgres, Self::MariaDb];

    /// Whether what a failed migration did to the schema is undone.
    pub(crate) fn rolls_back(self) -> bool {
        self != Self::MariaDb
    }

    /// Runs for that many seconds, which SQLite has no words for.
    pub(crate) fn sleep(self, seconds: u32) -> String {
        match self {
            Self::Sqlite => "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n \
                             WHERE i < 20000000) SELECT count(*) FROM n"
                .to_owned(),
            Self::Postgres => format!("SELECT pg_sleep({seconds})"),
            Self::MariaDb => format!("SELECT sleep({seconds})"),
        }
    }
}

/// An empty database that nobody else uses.
pub(crate) struct Place {
    pub(crate) kind: Kind,
    pub(crate) fresh: EmptyDatabase,
}

impl Place {
    pub(crate) async fn new(kind: Kind) -> Self {
        sqlx::any::install_default_drivers();
        let fresh = match kind {
            Kind::Sqlite => EmptyDatabase::sqlite(),
            Kind::Postgres => EmptyDatabase::postgres().await,
            Kind::MariaDb => EmptyDatabase::mariadb().await,
        };
        Self { kind, fresh }
    }

    pub(crate) fn pool(&self, connections: u32) -> AnyPool {
        pool(&self.fresh.url, connections)
    }
}

/// A pool that opens its connections when they are needed.
pub(crate) fn pool(url: &str, connections: u32) -> AnyPool {
    sqlx::any::install_default_drivers();
    let options = AnyPoolOptions::new().max_connections(connections);
    options.acquire_timeout(Duration::from_secs(20)).connect_lazy(url).unwrap()
}
