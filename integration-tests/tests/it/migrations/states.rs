//! Where the schema stands, also when somebody else changed it.

use kymo::testing::TestTelemetry;
use sqlx::{AssertSqlSafe, Database, Executor, Pool, migrate::Migrate};

use super::{
    INTERVAL,
    book::{set, simple, table, tables},
    metrics_read::stands,
    place::{Kind, Place},
};

#[tokio::test(flavor = "multi_thread")]
async fn what_another_program_does_is_seen_within_the_interval() {
    for kind in Kind::ALL {
        let telemetry = TestTelemetry::new();
        let place = Place::new(kind).await;
        let pool = place.pool(2);
        let migrations = telemetry.migrations(tables([1, 2])).named("books").read_every(INTERVAL);
        let schema = migrations.watch(&pool);
        stands(&telemetry, "books", Some([0, 2, 0, 0, 0, 0])).await;
        assert!(!schema.is_ready());

        // Not ours: nobody tells us.
        let other = place.pool(1);
        tables([1, 2]).run(&other).await.unwrap();
        stands(&telemetry, "books", Some([2, 0, 0, 0, 0, 2])).await;
        assert!(schema.is_ready());

        tables([1, 2, 7]).run(&other).await.unwrap();
        stands(&telemetry, "books", Some([2, 0, 0, 0, 1, 7])).await;
        assert!(schema.is_ready(), "a newer program replaces this one");

        tables([1, 2, 7]).undo(&other, 1).await.unwrap();
        stands(&telemetry, "books", Some([1, 1, 0, 0, 0, 1])).await;
        assert!(!schema.is_ready());

        let failed = "UPDATE _sqlx_migrations SET success = FALSE WHERE version = 1";
        sqlx::query(failed).execute(&other).await.unwrap();
        stands(&telemetry, "books", Some([0, 1, 1, 0, 0, 0])).await;

        sqlx::query("DROP TABLE _sqlx_migrations").execute(&other).await.unwrap();
        stands(&telemetry, "books", Some([0, 2, 0, 0, 0, 0])).await;
        telemetry.snapshot().counter("kymo.migration.read.errors").assert(0);
    }
}

/// On a pool of the driver's own types, as most programs have one.
async fn reads<DB>(kind: Kind)
where
    DB: Database,
    DB::Connection: Migrate,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    let telemetry = TestTelemetry::new();
    let place = Place::new(kind).await;
    let pool = Pool::<DB>::connect_lazy(&place.fresh.url).unwrap();
    let migrations = telemetry.migrations(tables([1, 2, 3])).named("books").read_every(INTERVAL);
    let _watched = migrations.watch(&pool);
    stands(&telemetry, "books", Some([0, 3, 0, 0, 0, 0])).await;
    migrations.run_to(2, &pool).await.unwrap();
    stands(&telemetry, "books", Some([2, 1, 0, 0, 0, 2])).await;
    let failed = "UPDATE _sqlx_migrations SET success = FALSE WHERE version = 2";
    sqlx::raw_sql(failed).execute(&pool).await.unwrap();
    stands(&telemetry, "books", Some([1, 1, 1, 0, 0, 1])).await;
    let all = "UPDATE _sqlx_migrations SET success = FALSE";
    sqlx::raw_sql(all).execute(&pool).await.unwrap();
    stands(&telemetry, "books", Some([0, 1, 2, 0, 0, 0])).await;
    telemetry.snapshot().counter("kymo.migration.read.errors").assert(0);
    pool.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_is_read_by_each_driver() {
    reads::<sqlx::Sqlite>(Kind::Sqlite).await;
    reads::<sqlx::Postgres>(Kind::Postgres).await;
    reads::<sqlx::MySql>(Kind::MariaDb).await;
    for kind in Kind::ALL {
        reads::<sqlx::Any>(kind).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readings_are_no_queries_of_the_program() {
    for kind in Kind::ALL {
        let telemetry = TestTelemetry::new();
        let place = Place::new(kind).await;
        let pool = telemetry.sqlx(place.pool(1));
        let schema = telemetry.migrations(tables([1])).of(&pool).watch(&pool);
        schema.refresh().await;
        schema.refresh().await;
        assert!(schema.counts().is_some());
        let snapshot = telemetry.snapshot();
        snapshot.assert_absent("db.client.operation.duration");
        let waits = snapshot.histogram("db.client.connection.wait_time").try_count();
        assert_eq!(waits.unwrap_or(0), 0, "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_edited_is_a_mismatch() {
    for kind in Kind::ALL {
        let telemetry = TestTelemetry::new();
        let place = Place::new(kind).await;
        let pool = place.pool(1);
        tables([1, 2]).run(&pool).await.unwrap();
        let edited = set([table(1), simple(2, "SELECT 'edited'")]);
        let migrations = telemetry.migrations(edited).named("books").read_every(INTERVAL);
        let schema = migrations.watch(&pool);
        stands(&telemetry, "books", Some([1, 0, 0, 1, 0, 2])).await;
        assert_eq!(schema.counts().unwrap().mismatch, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_this_program_does_is_seen_at_once() {
    for kind in Kind::ALL {
        let telemetry = TestTelemetry::new();
        let place = Place::new(kind).await;
        let pool = telemetry.sqlx(place.pool(2));
        // Nothing but a request makes it read again before the test is over.
        let hour = std::time::Duration::from_hours(1);
        let migrations = telemetry.migrations(tables([1, 2, 3])).read_every(hour);
        let schema = migrations.watch(&pool);
        stands(&telemetry, pool.name(), Some([0, 3, 0, 0, 0, 0])).await;
        migrations.run_to(2, &pool).await.unwrap();
        stands(&telemetry, pool.name(), Some([2, 1, 0, 0, 0, 2])).await;
        // By a handle that knows nothing of the first, but goes by the same name.
        let another = telemetry.migrations(tables([1, 2, 3])).of(&pool);
        another.run(&pool).await.unwrap();
        stands(&telemetry, pool.name(), Some([3, 0, 0, 0, 0, 3])).await;
        assert!(schema.is_ready());
        another.undo(&pool, 0).await.unwrap();
        stands(&telemetry, pool.name(), Some([0, 3, 0, 0, 0, 0])).await;
        another.skip(&pool, Some(1)).await.unwrap();
        stands(&telemetry, pool.name(), Some([1, 2, 0, 0, 0, 1])).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_mysql_shows_as_half_done_is_pending_while_it_runs() {
    let telemetry = TestTelemetry::new();
    let place = Place::new(Kind::MariaDb).await;
    let pool = place.pool(3);
    // Its table is committed before it sleeps, and with it the row that says it did not succeed.
    let slow = "CREATE TABLE book_1 (id INT); SELECT sleep(1)";
    let migrations = telemetry.migrations(set([simple(1, slow), table(2)])).named("books");
    let schema = migrations.read_every(INTERVAL).watch(&pool);
    let another = telemetry.migrations(set([simple(1, slow), table(2)])).named("books");
    let run = tokio::spawn({
        let pool = pool.clone();
        async move { another.run(&pool).await }
    });
    let (mut half_done, mut failed) = (0, 0);
    while !run.is_finished() {
        let sql = "SELECT count(*) FROM _sqlx_migrations WHERE success = FALSE";
        let rows = sqlx::query_scalar::<_, i64>(sql).fetch_one(&pool).await.unwrap_or(0);
        schema.refresh().await;
        half_done += rows;
        failed += schema.counts().unwrap().failed;
        tokio::time::sleep(INTERVAL / 10).await;
    }
    run.await.unwrap().unwrap();
    assert!(half_done > 0, "it was never to be seen");
    assert_eq!(failed, 0);
    stands(&telemetry, "books", Some([2, 0, 0, 0, 0, 2])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_two_migrators_reads_its_own_table() {
    for kind in Kind::ALL {
        let telemetry = TestTelemetry::new();
        let place = Place::new(kind).await;
        let pool = place.pool(2);
        let elsewhere = |versions: &[i64]| {
            let mut migrator = tables(versions.iter().copied());
            migrator.dangerous_set_table_name("other_migrations");
            migrator
        };
        let books = telemetry.migrations(tables([1, 2])).named("books").read_every(INTERVAL);
        let other = telemetry.migrations(elsewhere(&[11, 12, 13])).named("other");
        let other = other.read_every(INTERVAL);
        let _watched = (books.watch(&pool), other.watch(&pool));
        books.run_to(1, &pool).await.unwrap();
        other.run_to(12, &pool).await.unwrap();
        stands(&telemetry, "books", Some([1, 1, 0, 0, 0, 1])).await;
        stands(&telemetry, "other", Some([2, 1, 0, 0, 0, 12])).await;

        // By one name, they are summed.
        let one = telemetry.migrations(tables([1, 2])).named("all").read_every(INTERVAL);
        let two = telemetry.migrations(elsewhere(&[11, 12, 13])).named("all");
        let _watched = (one.watch(&pool), two.read_every(INTERVAL).watch(&pool));
        stands(&telemetry, "all", Some([3, 2, 0, 0, 0, 12])).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_in_a_schema_that_is_not_there_holds_nothing() {
    for kind in [Kind::Postgres, Kind::MariaDb] {
        let telemetry = TestTelemetry::new();
        let place = Place::new(kind).await;
        let pool = place.pool(1);
        let schema = format!("{}_history", place.fresh.name);
        let mut migrator = tables([1]);
        migrator.dangerous_set_table_name(format!("{schema}.migrations"));
        migrator.create_schema(schema.clone());
        let migrations = telemetry.migrations(migrator).named("books").read_every(INTERVAL);
        let _watched = migrations.watch(&pool);
        stands(&telemetry, "books", Some([0, 1, 0, 0, 0, 0])).await;
        migrations.run(&pool).await.unwrap();
        stands(&telemetry, "books", Some([1, 0, 0, 0, 0, 1])).await;
        telemetry.snapshot().counter("kymo.migration.read.errors").assert(0);
        let drop =
            format!("DROP SCHEMA {schema}{}", if kind == Kind::Postgres { " CASCADE" } else { "" });
        sqlx::query(AssertSqlSafe(drop)).execute(&pool).await.unwrap();
        stands(&telemetry, "books", Some([0, 1, 0, 0, 0, 0])).await;
    }
}
