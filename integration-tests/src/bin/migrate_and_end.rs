//! A program that migrates a database and ends: its first argument is the database's URL, its second
//! the folder of its migrations. The environment says where its metrics go.

use std::{env, error::Error, path::PathBuf, time::Duration};

use sqlx::{any::AnyPoolOptions, migrate::Migrator};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_ansi(false).with_writer(std::io::stderr).init();
    sqlx::any::install_default_drivers();
    let [url, folder] = [1, 2].map(|place| env::args().nth(place).unwrap_or_default());
    let telemetry = kymo::Telemetry::for_service("migrate-and-end").install()?;
    let job = async {
        let pool = telemetry.sqlx(AnyPoolOptions::new().connect_lazy(&url)?);
        let migrator = Migrator::new(PathBuf::from(folder)).await?;
        let migrations = telemetry.migrations(migrator).named("books");
        let schema = migrations.watch(&pool);
        let migrated = migrations.run(&pool).await;
        schema.refresh().await;
        migrated.map_err(Box::from)
    };
    telemetry.run_job(Duration::from_secs(10), job).await
}
