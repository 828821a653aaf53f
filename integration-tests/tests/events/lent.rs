//! The bare connection, lent out of a measured one.

use kymo::sqlx::{MeasuredPool, PoolSettings};
use sqlx::{Executor, PgConnection, Postgres, Sqlite, migrate::Migrator};

use crate::{
    empty_database::EmptyDatabase,
    heard::{Counts, TELEMETRY, counts},
};

/// Tries something that fails, and says nothing of it.
async fn try_in_vain(connection: &mut PgConnection) {
    let insert = sqlx::query("INSERT INTO lent_books (id) VALUES (1)");
    insert.execute(connection).await.unwrap_err();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_postgres_aborted_unseen_is_not_taken_for_a_commit() {
    let fresh = EmptyDatabase::postgres().await;
    let options = kymo::sqlx::pool_options::<Postgres>().max_connections(1);
    let pool = TELEMETRY.sqlx(options.connect(&fresh.url).await.unwrap());
    pool.execute("CREATE TABLE lent_books (id BIGINT PRIMARY KEY)").await.unwrap();
    let mut transaction = pool.begin().await.unwrap();
    transaction.execute("INSERT INTO lent_books (id) VALUES (1)").await.unwrap();
    try_in_vain(&mut transaction).await;
    // The server answers with a rollback, and sqlx does not say so.
    transaction.commit().await.unwrap();
    let rows: i64 =
        sqlx::query_scalar("SELECT count(*) FROM lent_books").fetch_one(&pool).await.unwrap();
    assert_eq!(rows, 0);

    let metrics = TELEMETRY.snapshot();
    let changed = metrics.counter("kymo.db.rows.changed").with("db.collection.name", "lent_books");
    assert!(changed.try_value().is_none_or(|rows| rows.agrees(0)), "{metrics}");
    let ended = metrics.histogram("kymo.db.transaction.duration").with("db.namespace", fresh.name);
    ended.clone().with("kymo.db.transaction.outcome", "unknown").assert_count(1);
    assert_eq!(ended.count(), 1);
    // The event knows nothing of the failure, and counts the statement.
    let expected = Counts { measured: 1, events: 1, unmeasured: 1 };
    assert_eq!(counts("INSERT lent_books"), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_measured_migrator_runs_are_statements_that_went_round_nothing() {
    static MIGRATOR: Migrator = sqlx::migrate!("tests/events/migrations");
    let fresh = EmptyDatabase::sqlite();
    let options = kymo::sqlx::pool_options::<Sqlite>().max_connections(1);
    let settings = PoolSettings::new().named("migrated");
    let pool = options.connect(&fresh.url).await.unwrap();
    let pool: MeasuredPool<Sqlite> = TELEMETRY.sqlx_with(pool, &settings).unwrap();
    let migrations = TELEMETRY.migrations(&MIGRATOR);
    migrations.run(&pool).await.unwrap();
    assert_eq!(
        counts("CREATE TABLE lent_shelves"),
        Counts { measured: 0, events: 1, unmeasured: 0 }
    );
    let noted = counts("INSERT _sqlx_migrations");
    assert_eq!(noted, Counts { measured: 0, events: 1, unmeasured: 0 });
    let metrics = TELEMETRY.snapshot();
    let uses = metrics.counter("kymo.db.connection.direct_uses");
    uses.with("db.client.connection.pool.name", "migrated").assert(0);

    // The same on sqlx's own migrator goes round the pool.
    let fresh = EmptyDatabase::sqlite();
    let options = kymo::sqlx::pool_options::<Sqlite>().max_connections(1);
    let pool: MeasuredPool<Sqlite> = TELEMETRY.sqlx(options.connect(&fresh.url).await.unwrap());
    MIGRATOR.run(&pool).await.unwrap();
    assert_eq!(
        counts("CREATE TABLE lent_shelves"),
        Counts { measured: 0, events: 2, unmeasured: 1 }
    );
}
