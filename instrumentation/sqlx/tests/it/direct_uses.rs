//! The bare pool and the bare connection, taken out of measured ones.

use kymo_sqlx::{DatabaseMetrics, MeasuredPool, MeasuredTransaction, pool_options};
use kymo_testing::{Snapshot, TestMeters};
use sqlx::{Acquire, Executor, Sqlite, SqliteConnection, SqlitePool};

const DIRECT_USES: &str = "kymo.db.connection.direct_uses";
const CHANGED: &str = "kymo.db.rows.changed";
const INSERT: &str = "INSERT INTO books VALUES (1), (2)";

async fn pool() -> (TestMeters, MeasuredPool<Sqlite>) {
    let meters = TestMeters::new();
    let options = pool_options().max_connections(1);
    let pool = options.connect_lazy("sqlite::memory:").unwrap();
    let pool = DatabaseMetrics::new(&*meters).pool(pool);
    pool.execute("CREATE TABLE books (id INTEGER)").await.unwrap();
    (meters, pool)
}

async fn by_pool(pool: &SqlitePool) {
    pool.execute("SELECT 1").await.unwrap();
}

async fn by_connection(connection: &mut SqliteConnection, sql: &'static str) {
    connection.execute(sql).await.unwrap();
}

async fn by_any(source: impl Acquire<'_, Database = Sqlite>) {
    source.acquire().await.unwrap().execute("SELECT 1").await.unwrap();
}

async fn by_reference(mut connection: impl AsMut<SqliteConnection>) {
    connection.as_mut().execute("SELECT 1").await.unwrap();
}

/// Every way out of a measured transaction to the driver's own connection.
#[derive(Debug, Clone, Copy)]
enum Way {
    Coerced,
    Dereferenced,
    AsMut,
    AsMutOfItsConnection,
    Acquired,
    AcquiredOfItsConnection,
    Begun,
    BegunOfItsConnection,
}

impl Way {
    const ALL: [Self; 8] = [
        Self::Coerced,
        Self::Dereferenced,
        Self::AsMut,
        Self::AsMutOfItsConnection,
        Self::Acquired,
        Self::AcquiredOfItsConnection,
        Self::Begun,
        Self::BegunOfItsConnection,
    ];

    async fn go(self, transaction: &mut MeasuredTransaction<'_, Sqlite>) {
        match self {
            Self::Coerced => by_connection(transaction, "SELECT 1").await,
            Self::Dereferenced => by_any(&mut ***transaction).await,
            Self::AsMut => by_reference(transaction).await,
            Self::AsMutOfItsConnection => by_reference(&mut **transaction).await,
            Self::Acquired => by_any(transaction).await,
            Self::AcquiredOfItsConnection => by_any(&mut **transaction).await,
            Self::Begun => Acquire::begin(transaction).await.unwrap().commit().await.unwrap(),
            Self::BegunOfItsConnection => {
                Acquire::begin(&mut **transaction).await.unwrap().commit().await.unwrap();
            }
        }
    }
}

fn changed(metrics: &Snapshot) -> i64 {
    metrics.points().count(CHANGED, &[])
}

fn ended(metrics: &Snapshot, outcome: &str) -> i64 {
    let outcome = [("kymo.db.transaction.outcome", outcome)];
    metrics.points().count("kymo.db.transaction.duration", &outcome)
}

#[tokio::test]
async fn each_way_to_the_bare_pool_or_connection_is_one_direct_use() {
    let (meters, pool) = pool().await;
    let uses = || meters.snapshot().points().count(DIRECT_USES, &[]);
    assert_eq!(uses(), 0);
    by_pool(&pool).await;
    by_pool(pool.inner()).await;
    assert_eq!(uses(), 2);
    by_any(&pool).await;
    assert_eq!(uses(), 3);

    let mut connection = pool.acquire().await.unwrap();
    by_connection(&mut connection, "SELECT 1").await;
    by_connection(connection.as_mut(), "SELECT 1").await;
    by_any(&mut connection).await;
    assert_eq!(uses(), 6);
    drop(connection.into_inner());
    drop(pool.acquire().await.unwrap().detach());
    assert_eq!(uses(), 8);

    let mut transaction = pool.begin().await.unwrap();
    by_connection(&mut transaction, "SELECT 1").await;
    by_any(&mut transaction).await;
    transaction.into_inner().rollback().await.unwrap();
    assert_eq!(uses(), 11);
}

#[tokio::test]
async fn each_way_out_of_a_transaction_is_one_direct_use_and_leaves_its_end_unknown() {
    for way in Way::ALL {
        let (meters, pool) = pool().await;
        let mut transaction = pool.begin().await.unwrap();
        transaction.execute(INSERT).await.unwrap();
        way.go(&mut transaction).await;
        transaction.commit().await.unwrap();
        let metrics = meters.snapshot();
        let uses = metrics.points().count(DIRECT_USES, &[]);
        let ends = (ended(&metrics, "unknown"), ended(&metrics, "commit"));
        assert_eq!((uses, changed(&metrics), ends), (1, 0, (1, 0)), "{way:?}");
    }
}

#[tokio::test]
async fn what_needs_no_statement_and_what_is_measured_is_no_direct_use() {
    let (meters, pool) = pool().await;
    let options = pool.connect_options();
    pool.set_connect_options((*options).clone());
    let _ = (pool.size(), pool.num_idle(), pool.options(), pool.is_closed(), pool.close_event());
    let mut connection = pool.acquire().await.unwrap();
    connection.ping().await.unwrap();
    connection.execute(INSERT).await.unwrap();
    assert_eq!(connection.cached_statements_size(), 0);
    connection.clear_cached_statements().await.unwrap();
    let mut transaction = connection.begin().await.unwrap();
    transaction.execute(INSERT).await.unwrap();
    transaction.begin().await.unwrap().commit().await.unwrap();
    transaction.commit().await.unwrap();
    drop(connection);
    pool.prepare(sqlx::SqlSafeStr::into_sql_str("SELECT 1")).await.unwrap();
    pool.close().await;
    let metrics = meters.snapshot();
    assert_eq!((metrics.points().count(DIRECT_USES, &[]), changed(&metrics)), (0, 4));
}

#[tokio::test]
async fn a_rollback_on_the_bare_connection_is_not_taken_for_a_commit() {
    let (meters, pool) = pool().await;
    let mut transaction = pool.begin().await.unwrap();
    transaction.execute(INSERT).await.unwrap();
    by_connection(&mut transaction, "ROLLBACK; BEGIN").await;
    transaction.execute(INSERT).await.unwrap();
    transaction.commit().await.unwrap();
    let metrics = meters.snapshot();
    assert_eq!(changed(&metrics), 0, "what is not certain is not counted");
    assert_eq!((ended(&metrics, "unknown"), ended(&metrics, "commit")), (1, 0));

    // A commit there is not taken for a rollback either.
    let mut transaction = pool.begin().await.unwrap();
    by_connection(&mut transaction, "COMMIT; BEGIN").await;
    transaction.rollback().await.unwrap();
    let metrics = meters.snapshot();
    assert_eq!((ended(&metrics, "unknown"), ended(&metrics, "rollback")), (2, 0));
    // What nobody was lent is as certain as ever.
    let mut transaction = pool.begin().await.unwrap();
    transaction.execute(INSERT).await.unwrap();
    transaction.commit().await.unwrap();
    let metrics = meters.snapshot();
    assert_eq!((changed(&metrics), ended(&metrics, "commit")), (2, 1));
}

#[tokio::test]
async fn a_transaction_that_is_driven_on_the_bare_connection_counts_nothing() {
    let (meters, pool) = pool().await;
    let mut connection = pool.acquire().await.unwrap();
    by_connection(&mut connection, "BEGIN").await;
    connection.execute(INSERT).await.unwrap();
    by_connection(&mut connection, "ROLLBACK").await;
    assert_eq!(changed(&meters.snapshot()), 0);
    drop(connection);
    // On another day, the connection is nobody's.
    pool.acquire().await.unwrap().execute(INSERT).await.unwrap();
    assert_eq!(changed(&meters.snapshot()), 2);

    // One of sqlx's own, that a measured connection began.
    let mut connection = pool.acquire().await.unwrap();
    let mut bare = Acquire::begin(&mut connection).await.unwrap();
    (&mut *bare).execute("ROLLBACK; BEGIN").await.unwrap();
    bare.commit().await.unwrap();
    connection.execute(INSERT).await.unwrap();
    assert_eq!(changed(&meters.snapshot()), 2);
}

#[tokio::test]
async fn what_a_savepoint_lent_is_uncertain_in_the_transaction_around_it() {
    let (meters, pool) = pool().await;
    let mut transaction = pool.begin().await.unwrap();
    transaction.execute(INSERT).await.unwrap();
    let mut savepoint = transaction.begin().await.unwrap();
    by_connection(&mut savepoint, "SELECT 1").await;
    savepoint.commit().await.unwrap();
    transaction.execute(INSERT).await.unwrap();
    transaction.commit().await.unwrap();
    let metrics = meters.snapshot();
    assert_eq!((changed(&metrics), ended(&metrics, "unknown")), (0, 1));

    let mut transaction = pool.begin().await.unwrap();
    let savepoint = transaction.begin().await.unwrap().into_inner();
    savepoint.commit().await.unwrap();
    transaction.execute(INSERT).await.unwrap();
    transaction.commit().await.unwrap();
    let metrics = meters.snapshot();
    assert_eq!((changed(&metrics), ended(&metrics, "unknown")), (0, 2));
}
