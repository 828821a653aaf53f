//! What the hooks of a pool run, while somebody who is measured waits for a connection.

use kymo::sqlx::MeasuredPool;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DbBackend, Statement, StreamTrait, TransactionTrait,
};
use sqlx::{
    Connection, Executor, PgConnection, Postgres, Sqlite, SqliteConnection, migrate::Migrator,
    pool::PoolOptions,
};

use crate::{
    empty_database::EmptyDatabase,
    heard::{Counts, TELEMETRY, counts},
};

/// Went round, so many times.
fn round(n: u64) -> Counts {
    Counts { measured: 0, events: n, unmeasured: n }
}

fn measured(n: u64) -> Counts {
    Counts { measured: n, events: 0, unmeasured: 0 }
}

#[tokio::test(flavor = "multi_thread")]
async fn beneath_sea_orm_it_is_counted_as_what_went_round() {
    let fresh = EmptyDatabase::postgres().await;
    let mut own = PgConnection::connect(&fresh.url).await.unwrap();
    own.execute("CREATE TABLE hook_orm (id BIGINT)").await.unwrap();
    own.execute("CREATE TABLE hook_books (id BIGINT)").await.unwrap();
    let mut options = ConnectOptions::new(&fresh.url);
    options.max_connections(1).min_connections(1).map_sqlx_postgres_pool_opts(|pool| {
        pool.before_acquire(|connection, _| {
            Box::pin(async { connection.fetch_all("SELECT id FROM hook_orm").await.map(|_| true) })
        })
    });
    let db = TELEMETRY.sea_orm(Database::connect(options).await.unwrap());
    let connected = counts("SELECT hook_orm").events;

    let statement = |sql: &str| Statement::from_string(DbBackend::Postgres, sql);
    let select = || statement("SELECT id FROM hook_books");
    db.execute_unprepared("INSERT INTO hook_books (id) VALUES (1)").await.unwrap();
    db.query_all_raw(select()).await.unwrap();
    drop(db.stream_raw(select()).await.unwrap());
    let transaction = db.begin().await.unwrap();
    transaction.query_all_raw(select()).await.unwrap();
    let savepoint = transaction.begin().await.unwrap();
    savepoint.rollback().await.unwrap();
    transaction.commit().await.unwrap();

    assert_eq!(counts("INSERT hook_books"), measured(1));
    assert_eq!(counts("SELECT hook_books"), measured(2));
    assert_eq!(counts("SELECT hook_orm"), round(connected + 4));
    let metrics = TELEMETRY.snapshot().points();
    let unmeasured = metrics.by("kymo.db.unmeasured.operations", "db.query.summary");
    // The driver ends a savepoint in words of its own.
    assert!(unmeasured.keys().all(|summary| !summary.contains("SAVEPOINT")), "{unmeasured:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn beneath_a_measured_migrator_it_is_counted_as_what_went_round() {
    let migrator = || {
        let mut migrator: Migrator = sqlx::migrate!("tests/events/hook_migrations");
        // Other tests count what is done to the usual one.
        migrator.dangerous_set_table_name("hook_migrations");
        migrator
    };
    let fresh = EmptyDatabase::sqlite();
    let mut own = SqliteConnection::connect(&fresh.url).await.unwrap();
    own.execute("CREATE TABLE hook_migrator (id BIGINT)").await.unwrap();
    let options = PoolOptions::<Sqlite>::new().max_connections(1).after_connect(|connection, _| {
        Box::pin(async { connection.fetch_all("SELECT id FROM hook_migrator").await.map(drop) })
    });
    let pool: MeasuredPool<Sqlite> = TELEMETRY.sqlx(options.connect_lazy(&fresh.url).unwrap());
    TELEMETRY.migrations(migrator()).run(&pool).await.unwrap();
    assert_eq!(counts("SELECT hook_migrator"), round(1));

    let fresh = EmptyDatabase::postgres().await;
    let mut own = PgConnection::connect(&fresh.url).await.unwrap();
    own.execute("CREATE TABLE hook_undo (id BIGINT)").await.unwrap();
    let options =
        PoolOptions::<Postgres>::new().max_connections(1).after_connect(|connection, _| {
            Box::pin(async { connection.fetch_all("SELECT id FROM hook_undo").await.map(drop) })
        });
    let pool: MeasuredPool<Postgres> = TELEMETRY.sqlx(options.connect_lazy(&fresh.url).unwrap());
    TELEMETRY.migrations(migrator()).run(&pool).await.unwrap();
    assert_eq!(counts("SELECT hook_undo"), round(1));
}
