//! Connections of sea-orm: see [`Telemetry::sea_orm`].

use kymo_sea_orm::SeaOrmMetrics;

pub use kymo_sea_orm::{
    DatabaseConnection, MeasuredDatabaseConnection, MeasuredDatabaseTransaction,
    MeasuredQueryStream, PoolNameError, PoolSettings, System,
};

use crate::Telemetry;

impl Telemetry {
    /// Measures every statement, stream and transaction of a connection; a drop-in for it.
    ///
    /// Its pool is called by the system in the metrics, with a number behind it if there are several: sea-orm
    /// does not tell the database's address, which is said by [`Telemetry::sea_orm_with`].
    ///
    /// ```
    /// use sea_orm::{ConnectionTrait, Database, DbErr};
    ///
    /// # async fn run(telemetry: &kymo::Telemetry) -> Result<(), DbErr> {
    /// let db = telemetry.sea_orm(Database::connect("sqlite::memory:").await?);
    ///
    /// db.execute_unprepared("CREATE TABLE books (title TEXT)").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn sea_orm(&self, connection: DatabaseConnection) -> MeasuredDatabaseConnection {
        self.sea_orm_metrics().database(connection)
    }

    /// As [`Telemetry::sea_orm`], named as `settings` say.
    ///
    /// ```
    /// use kymo::sea_orm::PoolSettings;
    ///
    /// # fn run(telemetry: &kymo::Telemetry, db: sea_orm::DatabaseConnection) -> Result<(), Box<dyn std::error::Error>> {
    /// let settings = PoolSettings::new().named("orders").server("db.internal", 5432).namespace("shop");
    /// let db = telemetry.sea_orm_with(db, &settings)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`PoolNameError`] if another pool that is still measured has the same name, or nobody may have
    /// it.
    pub fn sea_orm_with(
        &self,
        connection: DatabaseConnection,
        settings: &PoolSettings,
    ) -> Result<MeasuredDatabaseConnection, PoolNameError> {
        self.sea_orm_metrics().database_with(connection, settings)
    }

    fn sea_orm_metrics(&self) -> SeaOrmMetrics {
        SeaOrmMetrics::new(&self.database_metrics())
    }
}
