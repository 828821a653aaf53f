//! The bare connection, lent out of a measured one.

use std::time::Duration;

use kymo::sqlx::{MeasuredPool, MeasuredTransaction, PoolSettings};
use sea_orm::{ConnectionTrait, Database, DatabaseTransaction, DbErr, TransactionTrait};
use sqlx::{Acquire, Executor, PgConnection, Postgres, Sqlite, migrate::Migrator};

use crate::{
    empty_database::EmptyDatabase,
    heard::{Counts, TELEMETRY, counts},
};

/// Tries something that fails, and says nothing of it.
async fn try_in_vain(connection: &mut PgConnection) {
    let insert = sqlx::query("INSERT INTO lent_books (id) VALUES (1)");
    insert.execute(connection).await.unwrap_err();
}

/// The ways out of a measured transaction to the driver's own connection.
#[derive(Debug, Clone, Copy)]
enum Way {
    Coerced,
    AsMut,
    Acquired,
}

impl Way {
    async fn try_in_vain(self, transaction: &mut MeasuredTransaction<'_, Postgres>) {
        match self {
            Self::Coerced => try_in_vain(transaction).await,
            Self::AsMut => try_in_vain(AsMut::<PgConnection>::as_mut(transaction)).await,
            Self::Acquired => try_in_vain(Acquire::acquire(transaction).await.unwrap()).await,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_postgres_aborted_unseen_is_not_taken_for_a_commit() {
    for (n, way) in (1..).zip([Way::Coerced, Way::AsMut, Way::Acquired]) {
        aborted_by(way, n).await;
    }
}

async fn aborted_by(way: Way, n: u64) {
    let fresh = EmptyDatabase::postgres().await;
    let options = kymo::sqlx::pool_options::<Postgres>().max_connections(1);
    let pool = TELEMETRY.sqlx(options.connect(&fresh.url).await.unwrap());
    pool.execute("CREATE TABLE lent_books (id BIGINT PRIMARY KEY)").await.unwrap();
    let mut transaction = pool.begin().await.unwrap();
    transaction.execute("INSERT INTO lent_books (id) VALUES (1)").await.unwrap();
    way.try_in_vain(&mut transaction).await;
    // The server answers with a rollback, and sqlx does not say so.
    transaction.commit().await.unwrap();
    let rows: i64 =
        sqlx::query_scalar("SELECT count(*) FROM lent_books").fetch_one(&pool).await.unwrap();
    assert_eq!(rows, 0, "{way:?}");

    let metrics = TELEMETRY.snapshot();
    let changed = metrics.counter("kymo.db.rows.changed").with("db.collection.name", "lent_books");
    assert!(changed.try_value().is_none_or(|rows| rows.agrees(0)), "{metrics}");
    let ended = metrics.histogram("kymo.db.transaction.duration").with("db.namespace", fresh.name);
    ended.clone().with("kymo.db.transaction.outcome", "unknown").assert_count(1);
    assert_eq!(ended.count(), 1);
    // The event knows nothing of the failure, and counts the statement.
    let expected = Counts { measured: n, events: n, unmeasured: n };
    assert_eq!(counts("INSERT lent_books"), expected, "{way:?}");
}

/// As most services write them.
async fn orm_tries(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    transaction.execute_unprepared("INSERT INTO lent_orm (id) VALUES (1)").await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_of_sea_orm_that_postgres_ended_unseen_is_not_taken_for_a_commit() {
    let fresh = EmptyDatabase::postgres().await;
    let settings = PoolSettings::new().namespace(fresh.name.as_str());
    let db = TELEMETRY.sea_orm_with(Database::connect(&fresh.url).await.unwrap(), &settings);
    let db = db.unwrap();
    db.execute_unprepared("CREATE TABLE lent_orm (id BIGINT PRIMARY KEY)").await.unwrap();
    let begin = async || {
        let transaction = db.begin().await.unwrap();
        transaction.execute_unprepared("INSERT INTO lent_orm (id) VALUES (1)").await.unwrap();
        transaction
    };
    let transaction = begin().await;
    orm_tries(&transaction).await.unwrap_err();
    transaction.commit().await.unwrap();
    let transaction = begin().await;
    transaction.inner().execute_unprepared("ROLLBACK").await.unwrap();
    transaction.commit().await.unwrap();
    // A statement around a savepoint runs inside it, and aborts that alone.
    let transaction = begin().await;
    let savepoint = transaction.begin().await.unwrap();
    let again = "INSERT INTO lent_orm (id) VALUES (1)";
    transaction.execute_unprepared(again).await.unwrap_err();
    savepoint.rollback().await.unwrap();
    transaction.commit().await.unwrap();

    let metrics = TELEMETRY.snapshot();
    let changed = metrics.counter("kymo.db.rows.changed").with("db.collection.name", "lent_orm");
    changed.assert(1);
    let ended = metrics.histogram("kymo.db.transaction.duration").with("db.namespace", fresh.name);
    ended.clone().with("kymo.db.transaction.outcome", "unknown").assert_count(2);
    ended.clone().with("kymo.db.transaction.outcome", "commit").assert_count(1);
    assert_eq!(ended.count(), 3);
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
    // And on a connection, and in a transaction, that are measured.
    let mut connection = pool.acquire().await.unwrap();
    migrations.run(&mut connection).await.unwrap();
    migrations.undo(&mut connection, 1).await.unwrap();
    drop(connection);
    let mut transaction = pool.begin().await.unwrap();
    migrations.run(&mut transaction).await.unwrap();
    transaction.rollback().await.unwrap();
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

#[tokio::test(flavor = "multi_thread")]
async fn what_a_measured_migrator_was_given_up_at_went_round_nothing() {
    static SLOW: Migrator = sqlx::migrate!("tests/events/slow_migrations");
    let fresh = EmptyDatabase::postgres().await;
    let options = kymo::sqlx::pool_options::<Postgres>().max_connections(1);
    let pool = TELEMETRY.sqlx(options.connect(&fresh.url).await.unwrap());
    pool.execute("CREATE TABLE lent_slow (id BIGINT)").await.unwrap();
    pool.execute("INSERT INTO lent_slow (id) VALUES (1)").await.unwrap();
    let migrations = TELEMETRY.migrations(&SLOW);
    let soon = Duration::from_secs(2);
    tokio::time::timeout(soon, migrations.run(&pool)).await.unwrap_err();
    let given_up = counts("SELECT lent_slow");
    assert_eq!(given_up, Counts { measured: 0, events: 1, unmeasured: 0 });
}
