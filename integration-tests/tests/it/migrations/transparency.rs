//! Whoever migrates sees no difference: sqlx's migrator and ours do the same to two databases.

use std::{fmt::Debug, sync::Arc};

use kymo::{sqlx::MeasuredPool, testing::TestTelemetry};
use sqlx::{
    Acquire, Database, Executor,
    migrate::{Migrate, Migrator},
};

use super::{
    book::{broken, reversible, set, simple, table, tables},
    handles::Handle,
    migrator::{Act, Either},
    outside_view::{rows, schema},
    place::{Kind, Place},
};

/// A program, and what it has its migrator do; one after the other on one database.
fn scenes() -> Vec<(&'static str, Migrator, Vec<Act>)> {
    let edited = || {
        let sql = "CREATE TABLE book_2 (id INT, title TEXT)";
        set([table(1), reversible(2, sql, "DROP TABLE book_2"), table(3)])
    };
    let mut patient = tables([1]);
    patient.set_ignore_missing(true);
    let mut unlocked = tables([1, 2, 3]);
    unlocked.set_locking(false);
    let mut fragile = set([table(4), broken(5), table(6)]);
    fragile.set_ignore_missing(true);
    let mut elsewhere = set([table(11), table(12)]);
    elsewhere.dangerous_set_table_name("other_migrations");
    vec![
        ("a newer one", tables([1, 2, 3]), vec![Act::RunTo(2), Act::Run, Act::Run, Act::Undo(1)]),
        ("skipping", tables([1, 2, 3]), vec![Act::Skip(Some(2)), Act::Skip(None)]),
        ("edited", edited(), vec![Act::Run, Act::Undo(2), Act::RunTo(1)]),
        ("older", tables([1]), vec![Act::Run, Act::Undo(0)]),
        ("older, and patient", patient, vec![Act::Run, Act::Undo(0), Act::Run]),
        ("unlocked", unlocked, vec![Act::Run, Act::Undo(0)]),
        ("one way", set([simple(1, "CREATE TABLE one (id INT)")]), vec![Act::Run, Act::Undo(0)]),
        ("another table", elsewhere, vec![Act::Run, Act::Undo(11)]),
        ("broken", fragile, vec![Act::Run, Act::Run, Act::Undo(0)]),
        ("after it", tables([1, 2, 3]), vec![Act::Run, Act::Undo(0)]),
    ]
}

/// Everything that can be told of the scenes: results, rows and the schema.
async fn play<DB>(
    place: &Place,
    pool: MeasuredPool<DB>,
    handle: Handle,
    migrator: impl Fn(Migrator) -> Either,
) -> Vec<String>
where
    DB: Database,
    DB::Connection: Migrate,
    DB::QueryResult: Debug,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB> + Acquire<'c, Database = DB>,
{
    let looking = place.pool(1);
    let mut told = Vec::new();
    for (name, set, acts) in scenes() {
        let migrator = migrator(set);
        for act in acts {
            let result = handle.act(&migrator, act, &pool).await;
            let result = result.map_err(|error| (error.to_string(), format!("{error:?}")));
            told.push(format!("{handle:?}, {name}, {act:?}: {result:?}"));
            told.push(format!("{:?}", rows(&looking, "_sqlx_migrations").await));
            told.push(format!("{:?}", rows(&looking, "other_migrations").await));
        }
    }
    told.push(format!("{:?}", schema(place).await));
    looking.close().await;
    pool.close().await;
    told.iter().map(|line| line.replace(&place.fresh.name, "its name")).collect()
}

/// On each of these handles of two databases, of which one is migrated by sqlx itself.
async fn both<DB>(kind: Kind, handles: &[Handle])
where
    DB: Database,
    DB::Connection: Migrate,
    DB::QueryResult: Debug,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB> + Acquire<'c, Database = DB>,
{
    for &handle in handles {
        let telemetry = TestTelemetry::new();
        let places = [Place::new(kind).await, Place::new(kind).await];
        // One connection: a lock that is left behind, as sqlx leaves it, is its own.
        let [one, other] = places.each_ref().map(|place| {
            let options = kymo::sqlx::pool_options::<DB>().max_connections(1);
            telemetry.sqlx(options.connect_lazy(&place.fresh.url).unwrap())
        });
        let bare = play(&places[0], one, handle, |set| Either::Bare(Arc::new(set))).await;
        let measured = |set| Either::Measured(telemetry.migrations(set).named("books"));
        let measured = play(&places[1], other, handle, measured).await;
        for (bare, measured) in bare.iter().zip(&measured) {
            assert_eq!(bare, measured, "sqlx (left) and kymo");
        }
        assert_eq!(bare.len(), measured.len());
        // On MariaDB, none of it begins within a transaction.
        let is_outer = !matches!(handle, Handle::Transaction | Handle::MeasuredTransaction);
        let is_dirty = bare.iter().any(|line| line.contains("partially applied"));
        assert_eq!(is_dirty, is_outer && !kind.rolls_back(), "{handle:?}");
        let snapshot = telemetry.snapshot();
        snapshot.up_down_counter("kymo.migration.running").assert(0);
        let acts: usize = scenes().iter().map(|(_, _, acts)| acts.len()).sum();
        let runs = snapshot.histogram("kymo.migration.run.duration").count();
        assert_eq!(usize::try_from(runs).unwrap(), acts);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migrator_does_the_same_on_sqlite() {
    both::<sqlx::Sqlite>(Kind::Sqlite, &Handle::ALL).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migrator_does_the_same_on_postgres() {
    both::<sqlx::Postgres>(Kind::Postgres, &Handle::ALL).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migrator_does_the_same_on_mariadb() {
    both::<sqlx::MySql>(Kind::MariaDb, &Handle::ALL).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migrator_does_the_same_on_whichever_database() {
    for kind in Kind::ALL {
        both::<sqlx::Any>(kind, &[Handle::Connection, Handle::MeasuredPool]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_run_can_be_spawned() {
    let telemetry = TestTelemetry::new();
    let place = Place::new(Kind::Sqlite).await;
    let pool = telemetry.sqlx(place.pool(2));
    let migrations = telemetry.migrations(tables([1, 2, 3])).of(&pool);
    let (ours, bare) = (migrations.clone(), pool.inner().clone());
    tokio::spawn(async move { ours.run_to(1, &bare).await }).await.unwrap().unwrap();
    let (ours, theirs) = (migrations.clone(), pool.clone());
    tokio::spawn(async move { ours.skip(&theirs, Some(2)).await }).await.unwrap().unwrap();
    let (ours, mut connection) = (migrations.clone(), pool.acquire().await.unwrap());
    tokio::spawn(async move { ours.run(&mut connection).await }).await.unwrap().unwrap();
    let mut connection = pool.inner().acquire().await.unwrap().detach();
    tokio::spawn(async move { migrations.undo(&mut connection, 2).await }).await.unwrap().unwrap();
    let versions: Vec<_> =
        rows(pool.inner(), "_sqlx_migrations").await.iter().map(|row| row.version).collect();
    assert_eq!(versions, [1, 2]);
}
