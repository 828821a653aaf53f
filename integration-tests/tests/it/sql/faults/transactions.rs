//! Transactions that do not end as they were meant to.

use crate::sql::{bare, dialect, measured, scene::Scene};

const GIVEN_UP: &[(&str, u64)] =
    &[("BEGIN", 1), ("INSERT accounts", 1), ("SELECT accounts", 1), ("SELECT: cancelled", 1)];

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_given_up_on_sqlite_changes_nothing() {
    let scene = Scene::on_sqlite(dialect::sqlite::ACCOUNTS, 1).await;
    let (one, other) = tokio::join!(
        bare::sqlite::faults::transaction_given_up(&scene.bare),
        measured::sqlite::faults::transaction_given_up(&scene.measured)
    );
    let seen = scene.seen(one, other).await;
    seen.operations(&[
        ("BEGIN", 1),
        ("INSERT accounts", 1),
        ("SELECT accounts", 1),
        ("SELECT SELECT: cancelled", 1),
    ]);
    seen.inserted(0).transactions(&[("dropped", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_given_up_on_postgres_changes_nothing() {
    let scene = Scene::on_postgres(dialect::postgres::ACCOUNTS, 1).await;
    let (one, other) = tokio::join!(
        bare::postgres::faults::transaction_given_up(&scene.bare),
        measured::postgres::faults::transaction_given_up(&scene.measured)
    );
    let seen = scene.seen(one, other).await;
    seen.operations(GIVEN_UP).inserted(0).transactions(&[("dropped", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_given_up_on_mariadb_changes_nothing() {
    let scene = Scene::on_mariadb(dialect::mariadb::ACCOUNTS, 1).await;
    let (one, other) = tokio::join!(
        bare::mariadb::faults::transaction_given_up(&scene.bare),
        measured::mariadb::faults::transaction_given_up(&scene.measured)
    );
    let seen = scene.seen(one, other).await;
    seen.operations(GIVEN_UP).inserted(0).transactions(&[("dropped", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_answers_the_commit_after_a_failure_with_a_rollback() {
    let scene = Scene::on_postgres(dialect::postgres::ACCOUNTS, 1).await;
    let (one, other) = tokio::join!(
        bare::postgres::faults::commit_after_a_failure(&scene.bare),
        measured::postgres::faults::commit_after_a_failure(&scene.measured)
    );
    let seen = scene.seen(one, other).await;
    let failed = ("INSERT accounts: unique_violation 23505", 1);
    seen.operations(&[
        ("BEGIN", 1),
        ("INSERT accounts", 1),
        failed,
        ("COMMIT", 1),
        ("SELECT accounts", 1),
    ]);
    seen.inserted(0).transactions(&[("rollback", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_commits_after_a_failure_what_did_not_fail() {
    let scene = Scene::on_sqlite(dialect::sqlite::ACCOUNTS, 1).await;
    let (one, other) = tokio::join!(
        bare::sqlite::faults::commit_after_a_failure(&scene.bare),
        measured::sqlite::faults::commit_after_a_failure(&scene.measured)
    );
    let seen = scene.seen(one, other).await;
    let failed = ("INSERT accounts: unique_violation 1555", 1);
    seen.operations(&[
        ("BEGIN", 1),
        ("INSERT accounts", 1),
        failed,
        ("COMMIT", 1),
        ("SELECT accounts", 1),
    ]);
    seen.inserted(1).transactions(&[("commit", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn mariadb_commits_after_a_failure_what_did_not_fail() {
    let scene = Scene::on_mariadb(dialect::mariadb::ACCOUNTS, 1).await;
    let (one, other) = tokio::join!(
        bare::mariadb::faults::commit_after_a_failure(&scene.bare),
        measured::mariadb::faults::commit_after_a_failure(&scene.measured)
    );
    let seen = scene.seen(one, other).await;
    let failed = ("INSERT accounts: unique_violation 1062", 1);
    seen.operations(&[
        ("BEGIN", 1),
        ("INSERT accounts", 1),
        failed,
        ("COMMIT", 1),
        ("SELECT accounts", 1),
    ]);
    seen.inserted(1).transactions(&[("commit", 1)]);
}

/// All three databases go on after it as if nothing had been tried within.
fn saved(failed: &'static str) -> Vec<(&'static str, u64)> {
    let steps = ["BEGIN", "SAVEPOINT", "ROLLBACK TO", "COMMIT", "SELECT accounts", failed];
    steps.into_iter().map(|step| (step, 1)).chain([("INSERT accounts", 3)]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_savepoint_takes_back_a_failure_on_sqlite() {
    let scene = Scene::on_sqlite(dialect::sqlite::ACCOUNTS, 1).await;
    let (one, other) = tokio::join!(
        bare::sqlite::faults::failure_in_a_savepoint(&scene.bare),
        measured::sqlite::faults::failure_in_a_savepoint(&scene.measured)
    );
    let seen = scene.seen(one, other).await;
    seen.operations(&saved("INSERT accounts: unique_violation 1555"));
    seen.inserted(2).transactions(&[("commit", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_savepoint_takes_back_a_failure_on_postgres() {
    let scene = Scene::on_postgres(dialect::postgres::ACCOUNTS, 1).await;
    let (one, other) = tokio::join!(
        bare::postgres::faults::failure_in_a_savepoint(&scene.bare),
        measured::postgres::faults::failure_in_a_savepoint(&scene.measured)
    );
    let seen = scene.seen(one, other).await;
    seen.operations(&saved("INSERT accounts: unique_violation 23505"));
    seen.inserted(2).transactions(&[("commit", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_savepoint_takes_back_a_failure_on_mariadb() {
    let scene = Scene::on_mariadb(dialect::mariadb::ACCOUNTS, 1).await;
    let (one, other) = tokio::join!(
        bare::mariadb::faults::failure_in_a_savepoint(&scene.bare),
        measured::mariadb::faults::failure_in_a_savepoint(&scene.measured)
    );
    let seen = scene.seen(one, other).await;
    seen.operations(&saved("INSERT accounts: unique_violation 1062"));
    seen.inserted(2).transactions(&[("commit", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_fails_on_postgres_changes_nothing() {
    let scene = Scene::on_postgres(dialect::postgres::ACCOUNTS, 1).await;
    let (one, other) = tokio::join!(
        bare::postgres::deferred::failing_commit(&scene.bare),
        measured::postgres::deferred::failing_commit(&scene.measured)
    );
    let seen = scene.seen(one, other).await;
    let failed = ("COMMIT: foreign_key_violation 23503", 1);
    seen.operations(&[
        ("BEGIN", 1),
        ("INSERT accounts", 1),
        ("INSERT owners", 1),
        failed,
        ("SELECT accounts", 1),
    ]);
    seen.inserted(0).transactions(&[("error", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_fails_on_sqlite_changes_nothing() {
    let scene = Scene::on_sqlite(dialect::sqlite::ACCOUNTS, 1).await;
    let (one, other) = tokio::join!(
        bare::sqlite::deferred::failing_commit(&scene.bare),
        measured::sqlite::deferred::failing_commit(&scene.measured)
    );
    let seen = scene.seen(one, other).await;
    let failed = ("COMMIT: foreign_key_violation 787", 1);
    seen.operations(&[
        ("BEGIN", 1),
        ("INSERT accounts", 1),
        ("INSERT owners", 1),
        failed,
        ("SELECT accounts", 1),
    ]);
    seen.inserted(0).transactions(&[("error", 1)]);
}
