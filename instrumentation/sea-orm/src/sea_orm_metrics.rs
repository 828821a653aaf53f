//! The measurer of sea-orm's connections.

use kymo_sqlx::{DatabaseMetrics, PoolNameError, PoolSettings, System};
use sea_orm::{DatabaseConnection, DatabaseConnectionType, DbBackend};

use crate::connection::MeasuredDatabaseConnection;

/// Measures connections of sea-orm by the instruments of kymo-sqlx.
#[derive(Debug, Clone)]
pub struct SeaOrmMetrics {
    databases: DatabaseMetrics,
}

impl SeaOrmMetrics {
    /// Measures any number of connections, among the pools of `databases`.
    pub fn new(databases: &DatabaseMetrics) -> Self {
        Self { databases: databases.clone() }
    }

    /// Measures `connection`, whose pool is called by its system, such as `postgresql`, with a number if
    /// there are several.
    pub fn database(&self, connection: DatabaseConnection) -> MeasuredDatabaseConnection {
        let system = system(&connection);
        let told = self.databases.told_numbered(system);
        MeasuredDatabaseConnection::new(connection, told)
    }

    /// As [`SeaOrmMetrics::database`], named as `settings` say.
    ///
    /// # Errors
    ///
    /// [`PoolNameError`] if another measured pool has the name of the settings, and is still there, or
    /// nobody may have it.
    pub fn database_with(
        &self,
        connection: DatabaseConnection,
        settings: &PoolSettings,
    ) -> Result<MeasuredDatabaseConnection, PoolNameError> {
        let told = self.databases.told(system(&connection), settings)?;
        Ok(MeasuredDatabaseConnection::new(connection, told))
    }
}

/// The system of `connection`; asked for its backend, one that is disconnected panics.
fn system(connection: &DatabaseConnection) -> System {
    if matches!(connection.inner, DatabaseConnectionType::Disconnected) {
        return System::OtherSql;
    }
    match connection.get_database_backend() {
        DbBackend::MySql => System::Mysql,
        DbBackend::Postgres => System::Postgresql,
        DbBackend::Sqlite => System::Sqlite,
        _ => System::OtherSql,
    }
}
