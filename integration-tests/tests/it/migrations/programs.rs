//! Programs that nobody thought of: whatever they do, the results are those of sqlx, and the numbers
//! are what became of the database.

use std::sync::Arc;

use kymo::testing::TestTelemetry;
use proptest::{prelude::*, test_runner::TestRunner};
use sqlx::{AnyPool, migrate::Migrator};

use super::{
    book::{broken, reversible, set, simple, table},
    metrics_read::{Migrated, migrated, standing},
    migrator::{Act, Either},
    model,
    outside_view::{Row, rows, schema},
    place::{Kind, Place},
};

/// One program that is started, migrates and ends.
#[derive(Debug, Clone)]
struct Step {
    /// By version, from 1 on: what its file says; `None` if there is no such file.
    files: Vec<Option<File>>,
    ignores_missing: bool,
    locks: bool,
    in_another_table: bool,
    act: Act,
    /// The change that somebody makes to the table by hand before.
    meddling: Meddling,
}

#[derive(Debug, Clone, Copy)]
enum File {
    Table,
    Edited,
    OneWay,
    Broken,
    NoWayBack,
}

#[derive(Debug, Clone, Copy)]
enum Meddling {
    None,
    Fail(i64),
    Mend,
}

const TABLES: [&str; 2] = ["_sqlx_migrations", "other_migrations"];

impl Step {
    fn migrator(&self) -> Migrator {
        let files = (1..).zip(&self.files).filter_map(|(version, file)| {
            Some(match (*file)? {
                File::Table => table(version),
                File::Edited => {
                    let up = format!("CREATE TABLE book_{version} (title TEXT)");
                    reversible(version, &up, &format!("DROP TABLE book_{version}"))
                }
                File::OneWay => simple(version, "SELECT 1"),
                File::Broken => broken(version),
                File::NoWayBack => reversible(version, "SELECT 1", "DROP TABLE nothing"),
            })
        });
        let mut migrator = set(files);
        migrator.set_ignore_missing(self.ignores_missing).set_locking(self.locks);
        migrator.dangerous_set_table_name(self.table());
        migrator
    }

    fn table(&self) -> &'static str {
        TABLES[usize::from(self.in_another_table)]
    }

    async fn meddle(&self, pool: &AnyPool) {
        let sql = match self.meddling {
            Meddling::None => return,
            Meddling::Fail(version) => {
                format!("UPDATE {} SET success = FALSE WHERE version = {version}", self.table())
            }
            Meddling::Mend => format!("DELETE FROM {} WHERE success = FALSE", self.table()),
        };
        // There may be no such table yet.
        let _ = sqlx::query(sqlx::AssertSqlSafe(sql)).execute(pool).await;
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let file = prop_oneof![
        8 => Just(Some(File::Table)),
        1 => Just(Some(File::Edited)),
        1 => Just(Some(File::OneWay)),
        1 => Just(Some(File::Broken)),
        1 => Just(Some(File::NoWayBack)),
        1 => Just(None),
    ];
    let act = prop_oneof![
        4 => Just(Act::Run),
        2 => (0_i64..6).prop_map(Act::RunTo),
        2 => (0_i64..6).prop_map(Act::Undo),
        1 => proptest::option::of(0_i64..6).prop_map(Act::Skip),
    ];
    let meddling = prop_oneof![
        8 => Just(Meddling::None),
        1 => (1_i64..6).prop_map(Meddling::Fail),
        2 => Just(Meddling::Mend),
    ];
    let files = proptest::collection::vec(file, 1..6);
    let flags = (any::<bool>(), any::<bool>(), proptest::bool::weighted(0.2));
    let step = (files, flags, act, meddling).prop_map(
        |(files, (ignores_missing, locks, in_another_table), act, meddling)| Step {
            files,
            ignores_missing,
            locks,
            in_another_table,
            act,
            meddling,
        },
    );
    proptest::collection::vec(step, 1..7)
}

/// The migrations that must have been timed for the table to be what it is, apart from failures.
fn succeeded(act: Act, before: &[Row], after: &[Row]) -> Migrated {
    let has = |rows: &[Row], version| rows.iter().any(|row| row.version == version && row.success);
    let came = after.iter().filter(|row| row.success && !has(before, row.version));
    let went = before
        .iter()
        .filter(|row| row.success && !after.iter().any(|other| other.version == row.version));
    let direction = if matches!(act, Act::Skip(_)) { "skip" } else { "up" };
    let came = came.map(|row| format!("{direction} {}", row.version));
    let went = went.map(|row| format!("down {}", row.version));
    came.chain(went).map(|line| (line, 1)).collect()
}

async fn play(kind: Kind, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let places = [Place::new(kind).await, Place::new(kind).await];
    // One connection: a lock that is left behind, as sqlx leaves it, is its own.
    let [bare, ours] = places.each_ref().map(|place| place.pool(1));
    for step in steps {
        let telemetry = TestTelemetry::new();
        step.meddle(&bare).await;
        step.meddle(&ours).await;
        let before = rows(&ours, step.table()).await;
        let migrations = telemetry.migrations(step.migrator()).named("books");
        let status = migrations.watch(&ours);
        let expected = Either::Bare(Arc::new(step.migrator())).act(step.act, &bare).await;
        let result = Either::Measured(migrations.clone()).act(step.act, &ours).await;
        let told = |result: &Result<(), _>, place: &Place| {
            format!("{result:?}").replace(&place.fresh.name, "its name")
        };
        prop_assert_eq!(told(&expected, &places[0]), told(&result, &places[1]));
        for table in TABLES {
            prop_assert_eq!(rows(&bare, table).await, rows(&ours, table).await);
        }

        status.refresh().await;
        let snapshot = telemetry.snapshot();
        let after = rows(&ours, step.table()).await;
        let model = model::standing(&step.migrator(), &after);
        prop_assert_eq!(standing(&snapshot, "books"), Some(model));
        prop_assert_eq!(status.is_ready(), model[1] == 0 && model[2] == 0);
        let (failed, done): (Migrated, Migrated) =
            migrated(&snapshot).into_iter().partition(|(line, _)| line.contains(": "));
        prop_assert_eq!(&done, &succeeded(step.act, &before, &after));
        let is_refused = failed.is_empty();
        if result.is_ok() {
            prop_assert!(is_refused);
        } else {
            prop_assert!(failed.values().sum::<u64>() <= 1, "{failed:?}");
        }
        snapshot.histogram("kymo.migration.run.duration").assert_count(1);
        snapshot.counter("kymo.migration.read.errors").assert(0);
        let running = snapshot.up_down_counter("kymo.migration.running").value();
        prop_assert!(running.agrees(0));
    }
    prop_assert_eq!(schema(&places[0]).await, schema(&places[1]).await);
    bare.close().await;
    ours.close().await;
    Ok(())
}

fn programs(kind: Kind, cases: u32) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(ProptestConfig {
        cases,
        max_shrink_iters: 100,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    runner.run(&steps(), |steps| runtime.block_on(play(kind, steps))).unwrap();
}

#[test]
fn any_program_is_as_with_sqlx_on_sqlite() {
    programs(Kind::Sqlite, 48);
}

#[test]
fn any_program_is_as_with_sqlx_on_postgres() {
    programs(Kind::Postgres, 8);
}

#[test]
fn any_program_is_as_with_sqlx_on_mariadb() {
    programs(Kind::MariaDb, 8);
}
