//! sqlx on real databases: what every service does, and what goes wrong.

mod answers;
mod bare;
mod bookshop;
mod dialect;
mod driver_log;
pub(crate) mod empty_database;
mod faults;
mod measured;
mod references;
mod scene;
mod transcript;

use std::time::Duration;

use kymo::testing::TestTelemetry;
use sqlx::Database;

use self::{empty_database::EmptyDatabase, transcript::Transcript};

/// How long a pool waits for a connection: some tests sit it out, and in no other does a busy
/// machine come near it.
const PATIENCE: Duration = Duration::from_secs(2);

/// With one connection, what it remembers is always the same.
fn pool<DB: Database>(fresh: &EmptyDatabase, connections: u32) -> sqlx::Pool<DB> {
    let options = kymo::sqlx::pool_options().max_connections(connections);
    options.acquire_timeout(PATIENCE).connect_lazy(&fresh.url).unwrap()
}

fn names(fresh: &[EmptyDatabase; 2]) -> [&str; 2] {
    fresh.each_ref().map(|fresh| fresh.name.as_str())
}

/// Panics where what the bare pool told first differs from what the measured one told.
fn same(names: [&str; 2], told: &[Transcript; 2]) {
    let [bare, measured] = [0, 1].map(|which| {
        let lines = told[which].0.iter();
        lines.map(|line| line.replace(names[which], "its name")).collect::<Vec<_>>()
    });
    assert!(!bare.is_empty());
    for (bare, measured) in bare.iter().zip(&measured) {
        assert_eq!(bare, measured);
    }
    assert_eq!(bare.len(), measured.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_sees_no_difference_on_sqlite() {
    let telemetry = TestTelemetry::new();
    let fresh = [EmptyDatabase::sqlite(), EmptyDatabase::sqlite()];
    let (one, other) = tokio::join!(
        bare::sqlite::service::run(pool(&fresh[0], 1)),
        measured::sqlite::service::run(telemetry.sqlx(pool(&fresh[1], 1)))
    );
    same(names(&fresh), &[one, other]);
    let fresh = [EmptyDatabase::sqlite(), EmptyDatabase::sqlite()];
    let (one, other) = tokio::join!(
        bare::sqlite::own::run(pool(&fresh[0], 1)),
        measured::sqlite::own::run(telemetry.sqlx(pool(&fresh[1], 1)))
    );
    same(names(&fresh), &[one, other]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_sees_no_difference_on_postgres() {
    let telemetry = TestTelemetry::new();
    let fresh = [EmptyDatabase::postgres().await, EmptyDatabase::postgres().await];
    let (one, other) = tokio::join!(
        bare::postgres::service::run(pool(&fresh[0], 1)),
        measured::postgres::service::run(telemetry.sqlx(pool(&fresh[1], 1)))
    );
    same(names(&fresh), &[one, other]);
    let fresh = [EmptyDatabase::postgres().await, EmptyDatabase::postgres().await];
    // One of the two listens.
    let (one, other) = tokio::join!(
        bare::postgres::own::run(pool(&fresh[0], 2)),
        measured::postgres::own::run(telemetry.sqlx(pool(&fresh[1], 2)))
    );
    same(names(&fresh), &[one, other]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_sees_no_difference_on_mariadb() {
    let telemetry = TestTelemetry::new();
    let fresh = [EmptyDatabase::mariadb().await, EmptyDatabase::mariadb().await];
    let (one, other) = tokio::join!(
        bare::mariadb::service::run(pool(&fresh[0], 1)),
        measured::mariadb::service::run(telemetry.sqlx(pool(&fresh[1], 1)))
    );
    same(names(&fresh), &[one, other]);
    let fresh = [EmptyDatabase::mariadb().await, EmptyDatabase::mariadb().await];
    let (one, other) = tokio::join!(
        bare::mariadb::own::run(pool(&fresh[0], 1)),
        measured::mariadb::own::run(telemetry.sqlx(pool(&fresh[1], 1)))
    );
    same(names(&fresh), &[one, other]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_sees_no_difference_on_whichever_database() {
    sqlx::any::install_default_drivers();
    let telemetry = TestTelemetry::new();
    let all = [
        [EmptyDatabase::sqlite(), EmptyDatabase::sqlite()],
        [EmptyDatabase::postgres().await, EmptyDatabase::postgres().await],
        [EmptyDatabase::mariadb().await, EmptyDatabase::mariadb().await],
    ];
    for fresh in all {
        let (one, other) = tokio::join!(
            bare::any::own::run(pool(&fresh[0], 1)),
            measured::any::own::run(telemetry.sqlx(pool(&fresh[1], 1)))
        );
        same(names(&fresh), &[one, other]);
    }
}
