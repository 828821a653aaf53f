//! Transactions that are in each other's way.

use crate::sql::{bare, dialect, measured, scene::Scene};

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_loses_a_deadlock_on_postgres() {
    let scene = Scene::on_postgres(dialect::postgres::ACCOUNTS, 2).await;
    let (one, other) = tokio::join!(
        bare::postgres::deadlock::deadlock(&scene.bare),
        measured::postgres::deadlock::deadlock(&scene.measured)
    );
    let seen = scene.seen(one, other).await;
    let lost = ("UPDATE accounts: deadlock 40P01", 1);
    seen.operations(&[
        ("BEGIN", 2),
        ("UPDATE accounts", 3),
        lost,
        ("COMMIT", 1),
        ("SELECT accounts", 1),
    ]);
    seen.transactions(&[("commit", 1), ("dropped", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_loses_a_deadlock_on_mariadb() {
    let scene = Scene::on_mariadb(dialect::mariadb::ACCOUNTS, 2).await;
    let (one, other) = tokio::join!(
        bare::mariadb::deadlock::deadlock(&scene.bare),
        measured::mariadb::deadlock::deadlock(&scene.measured)
    );
    let seen = scene.seen(one, other).await;
    let lost = ("UPDATE accounts: deadlock 1213", 1);
    seen.operations(&[
        ("BEGIN", 2),
        ("UPDATE accounts", 3),
        lost,
        ("COMMIT", 1),
        ("SELECT accounts", 1),
    ]);
    seen.transactions(&[("commit", 1), ("dropped", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_writers_is_too_late_on_sqlite() {
    let scene = Scene::on_sqlite(dialect::sqlite::ACCOUNTS, 2).await;
    let (one, other) = tokio::join!(
        bare::sqlite::busy::two_writers(&scene.bare),
        measured::sqlite::busy::two_writers(&scene.measured)
    );
    let seen = scene.seen(one, other).await;
    let (late, won) = (("UPDATE accounts: lock_timeout 5", 1), ("UPDATE accounts", 1));
    seen.operations(&[
        ("BEGIN", 2),
        ("SELECT accounts", 2),
        won,
        late,
        ("ROLLBACK", 1),
        ("COMMIT", 1),
    ]);
    seen.transactions(&[("commit", 1), ("rollback", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_may_fail_to_be_serial_on_postgres() {
    let scene = Scene::on_postgres(dialect::postgres::ACCOUNTS, 2).await;
    let (one, other) = tokio::join!(
        bare::postgres::serial::write_skew(&scene.bare),
        measured::postgres::serial::write_skew(&scene.measured)
    );
    let seen = scene.seen(one, other).await;
    let failed = ("COMMIT: serialization_failure 40001", 1);
    seen.operations(&[
        ("BEGIN", 2),
        ("SELECT accounts", 2),
        ("UPDATE accounts", 2),
        ("COMMIT", 1),
        failed,
    ]);
    seen.transactions(&[("commit", 1), ("error", 1)]);
}

const LOCKED: [(&str, u64); 4] =
    [("BEGIN", 2), ("UPDATE accounts", 1), ("ROLLBACK", 1), ("COMMIT", 1)];

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_locked_on_postgres_is_not_waited_for() {
    let scene = Scene::on_postgres(dialect::postgres::ACCOUNTS, 2).await;
    let (one, other) = tokio::join!(
        bare::postgres::locks::locked(&scene.bare),
        measured::postgres::locks::locked(&scene.measured)
    );
    let seen = scene.seen(one, other).await;
    seen.operations(&[&LOCKED[..], &[("SELECT accounts: lock_timeout 55P03", 1)]].concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_locked_on_mariadb_is_not_waited_for() {
    let scene = Scene::on_mariadb(dialect::mariadb::ACCOUNTS, 2).await;
    let (one, other) = tokio::join!(
        bare::mariadb::locks::locked(&scene.bare),
        measured::mariadb::locks::locked(&scene.measured)
    );
    let seen = scene.seen(one, other).await;
    seen.operations(&[&LOCKED[..], &[("SELECT accounts: lock_timeout 1205", 1)]].concat());
}
