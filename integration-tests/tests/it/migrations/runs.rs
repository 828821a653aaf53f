//! A run counts each migration once, whichever way it went.

use kymo::testing::TestTelemetry;

use super::{
    book::{broken, reversible, set, simple, table, tables},
    metrics_read::{expected, last, migrated, runs, standing},
    outside_view::rows,
    place::{Kind, Place},
};

#[tokio::test(flavor = "multi_thread")]
async fn each_migration_counts_once_in_each_direction() {
    for kind in Kind::ALL {
        let telemetry = TestTelemetry::new();
        let place = Place::new(kind).await;
        let pool = telemetry.sqlx(place.pool(1));
        let migrations = telemetry.migrations(tables([1, 2, 3, 4])).of(&pool);
        migrations.run_to(2, &pool).await.unwrap();
        migrations.run_to(3, &pool).await.unwrap();
        migrations.run_to(3, &pool).await.unwrap();
        migrations.undo(&pool, 1).await.unwrap();
        migrations.run_to(2, &pool).await.unwrap();
        migrations.skip(&pool, None).await.unwrap();

        let snapshot = telemetry.snapshot();
        let seen = [("up 1", 1), ("up 2", 1), ("up 3", 1), ("down 3", 1), ("down 2", 1)];
        let mut wanted = expected(seen);
        wanted.extend(expected([("skip 3", 1), ("skip 4", 1)]));
        assert_eq!(last(&snapshot), wanted, "{kind:?}");
        for (direction, times) in [("up", 4), ("down", 2), ("skip", 2)] {
            let timed = snapshot.histogram("kymo.migration.duration");
            timed.with("kymo.migration.direction", direction).assert_count(times);
        }
        assert_eq!(runs(&snapshot), expected([("up", 4), ("down", 1), ("skip", 1)]), "{kind:?}");
        snapshot.histogram("kymo.migration.lock.wait_time").assert_count(6);
        snapshot.up_down_counter("kymo.migration.running").assert(0);
        for metric in ["duration", "last_duration", "run.duration", "lock.wait_time", "running"] {
            let metric = format!("kymo.migration.{metric}");
            for series in snapshot.named(&metric).flat_map(|metric| &metric.series) {
                let name = series.attributes.get("db.client.connection.pool.name").unwrap();
                assert_eq!(name.as_str(), pool.name(), "{kind:?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_migration_stays_pending_where_it_is_rolled_back() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let telemetry = TestTelemetry::new();
        let place = Place::new(kind).await;
        let pool = place.pool(1);
        let program = set([table(1), broken(2), table(3)]);
        let migrations = telemetry.migrations(program).named("books");
        let schema = migrations.watch(&pool);
        migrations.run(&pool).await.unwrap_err();
        migrations.run(&pool).await.unwrap_err();
        schema.refresh().await;

        let snapshot = telemetry.snapshot();
        let error = match kind {
            Kind::Postgres => "syntax_error_or_access_rule_violation",
            _ => "database_error",
        };
        let failed = format!("up 2: {error}");
        assert_eq!(last(&snapshot), expected([("up 1", 1), (&failed, 1)]), "{kind:?}");
        let timed = snapshot.histogram("kymo.migration.duration");
        timed.with("error.type", error).assert_count(2);
        assert_eq!(runs(&snapshot), expected([(&format!("up: {error}"), 2)]), "{kind:?}");
        assert_eq!(standing(&snapshot, "books"), Some([1, 2, 0, 0, 0, 1]), "{kind:?}");
        assert!(!schema.is_ready());
        assert_eq!(rows(&pool, "book_2").await, []);
        snapshot.up_down_counter("kymo.migration.running").assert(0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_migration_is_failed_where_it_is_not_rolled_back_and_then_all_is_refused() {
    let telemetry = TestTelemetry::new();
    let place = Place::new(Kind::MariaDb).await;
    let pool = place.pool(1);
    let program = set([table(1), broken(2), table(3)]);
    let migrations = telemetry.migrations(program).named("books");
    let schema = migrations.watch(&pool);
    migrations.run(&pool).await.unwrap_err();
    migrations.run(&pool).await.unwrap_err();
    migrations.undo(&pool, 0).await.unwrap_err();
    migrations.skip(&pool, None).await.unwrap_err();
    schema.refresh().await;

    let snapshot = telemetry.snapshot();
    let error = "syntax_error_or_access_rule_violation";
    let failed = format!("up 2: {error}");
    assert_eq!(migrated(&snapshot), expected([("up 1", 1), (&failed, 1)]));
    let first = format!("up: {error}");
    let refused = [("up: dirty", 1), ("down: dirty", 1), ("skip: dirty", 1), (&*first, 1)];
    assert_eq!(runs(&snapshot), expected(refused));
    assert_eq!(standing(&snapshot, "books"), Some([1, 1, 1, 0, 0, 1]));
    assert!(!schema.is_ready());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_back_that_fails_counts_as_that() {
    for kind in Kind::ALL {
        let telemetry = TestTelemetry::new();
        let place = Place::new(kind).await;
        let pool = place.pool(1);
        let program = [table(1), reversible(2, "SELECT 1", "SELECT * FROM nothing"), table(3)];
        let migrations = telemetry.migrations(set(program)).named("books");
        migrations.run(&pool).await.unwrap();
        migrations.undo(&pool, 0).await.unwrap_err();

        let snapshot = telemetry.snapshot();
        let error = match kind {
            Kind::Sqlite => "database_error",
            _ => "syntax_error_or_access_rule_violation",
        };
        let failed = format!("down 2: {error}");
        let wanted = [("up 1", 1), ("up 2", 1), ("up 3", 1), ("down 3", 1), (&*failed, 1)];
        assert_eq!(migrated(&snapshot), expected(wanted), "{kind:?}");
        snapshot.up_down_counter("kymo.migration.running").assert(0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_sqlx_refuses_is_counted_by_its_reason_and_runs_nothing() {
    for kind in Kind::ALL {
        let telemetry = TestTelemetry::new();
        let place = Place::new(kind).await;
        let pool = place.pool(1);
        let program = |migrator| telemetry.migrations(migrator).named("books");
        program(tables([1, 2])).run(&pool).await.unwrap();
        program(tables([1])).run(&pool).await.unwrap_err();
        program(tables([1])).undo(&pool, 0).await.unwrap_err();
        let edited = set([simple(1, "SELECT 'edited'"), table(2)]);
        program(edited).run(&pool).await.unwrap_err();

        let snapshot = telemetry.snapshot();
        assert_eq!(migrated(&snapshot), expected([("up 1", 1), ("up 2", 1)]), "{kind:?}");
        let wanted = [
            ("up", 1),
            ("up: version_missing", 1),
            ("down: version_missing", 1),
            ("up: version_mismatch", 1),
        ];
        assert_eq!(runs(&snapshot), expected(wanted), "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_gets_no_connection_counts_as_that() {
    let telemetry = TestTelemetry::new();
    let place = Place::new(Kind::Sqlite).await;
    let pool = place.pool(1);
    pool.close().await;
    let migrations = telemetry.migrations(tables([1])).named("books");
    migrations.run(&pool).await.unwrap_err();
    assert_eq!(runs(&telemetry.snapshot()), expected([("up: pool_closed", 1)]));
    telemetry.snapshot().assert_absent("kymo.migration.duration");
    telemetry.snapshot().assert_absent("kymo.migration.lock.wait_time");
}
