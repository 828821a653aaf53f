//! Statements that the database or the pool refuses, and queries that nobody waits for.

use crate::sql::{bare, dialect, measured, scene::Scene};

#[tokio::test(flavor = "multi_thread")]
async fn what_sqlite_refuses_is_told_apart() {
    let scene = Scene::on_sqlite(dialect::sqlite::SCHEMA, 1).await;
    let (one, other) = tokio::join!(
        bare::sqlite::faults::refused(&scene.bare),
        measured::sqlite::faults::refused(&scene.measured)
    );
    let seen = scene.seen(one, other).await;
    seen.operations(&[
        ("INSERT authors: unique_violation 2067", 1),
        ("INSERT authors: not_null_violation 1299", 1),
        ("INSERT books: foreign_key_violation 787", 1),
        ("INSERT books: check_violation 275", 1),
        ("INSERT books", 1),
        ("unknown: database_error 1", 1),
        ("DELETE nowhere: database_error 1", 1),
    ]);
    seen.inserted(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_postgres_refuses_is_told_apart() {
    let scene = Scene::on_postgres(dialect::postgres::SCHEMA, 1).await;
    let (one, other) = tokio::join!(
        bare::postgres::faults::refused(&scene.bare),
        measured::postgres::faults::refused(&scene.measured)
    );
    let seen = scene.seen(one, other).await;
    seen.operations(&[
        ("INSERT authors: unique_violation 23505", 1),
        ("INSERT authors: not_null_violation 23502", 1),
        ("INSERT books: foreign_key_violation 23503", 1),
        ("INSERT books: check_violation 23514", 1),
        ("INSERT books", 1),
        ("unknown: syntax_error_or_access_rule_violation 42601", 1),
        ("DELETE nowhere: syntax_error_or_access_rule_violation 42P01", 1),
    ]);
    seen.inserted(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_mariadb_refuses_is_told_apart() {
    let scene = Scene::on_mariadb(dialect::mariadb::SCHEMA, 1).await;
    let (one, other) = tokio::join!(
        bare::mariadb::faults::refused(&scene.bare),
        measured::mariadb::faults::refused(&scene.measured)
    );
    let seen = scene.seen(one, other).await;
    seen.operations(&[
        ("INSERT authors: unique_violation 1062", 1),
        ("INSERT authors: not_null_violation 1048", 1),
        ("INSERT books: foreign_key_violation 1452", 1),
        ("INSERT books: check_violation 4025", 1),
        ("INSERT books", 1),
        ("unknown: syntax_error_or_access_rule_violation 1064", 1),
        ("DELETE nowhere: syntax_error_or_access_rule_violation 1146", 1),
    ]);
    seen.inserted(1);
}

/// The next query is given the same connection, once the server has done with the first.
const GIVEN_UP: &[(&str, u64)] = &[("SELECT accounts", 1), ("SELECT: cancelled", 1)];

#[tokio::test(flavor = "multi_thread")]
async fn a_query_given_up_on_sqlite_is_cancelled() {
    let scene = Scene::on_sqlite(dialect::sqlite::ACCOUNTS, 1).await;
    let (one, other) = tokio::join!(
        bare::sqlite::faults::given_up(&scene.bare),
        measured::sqlite::faults::given_up(&scene.measured)
    );
    let seen = scene.seen(one, other).await;
    seen.operations(&[("SELECT accounts", 1), ("SELECT SELECT: cancelled", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_given_up_on_postgres_is_cancelled() {
    let scene = Scene::on_postgres(dialect::postgres::ACCOUNTS, 1).await;
    let (one, other) = tokio::join!(
        bare::postgres::faults::given_up(&scene.bare),
        measured::postgres::faults::given_up(&scene.measured)
    );
    scene.seen(one, other).await.operations(GIVEN_UP);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_given_up_on_mariadb_is_cancelled() {
    let scene = Scene::on_mariadb(dialect::mariadb::ACCOUNTS, 1).await;
    let (one, other) = tokio::join!(
        bare::mariadb::faults::given_up(&scene.bare),
        measured::mariadb::faults::given_up(&scene.measured)
    );
    scene.seen(one, other).await.operations(GIVEN_UP);
}

/// Whoever only asked for a connection has no operation yet.
const NOTHING_TO_BE_HAD: &[(&str, u64)] = &[
    ("SELECT: pool_timed_out", 1),
    ("BEGIN: pool_timed_out", 1),
    ("SELECT accounts: cancelled", 1),
    ("SELECT accounts", 1),
];

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_in_vain_for_a_connection_of_sqlite_is_counted() {
    let scene = Scene::on_sqlite(dialect::sqlite::ACCOUNTS, 1).await;
    let (one, other) = tokio::join!(
        bare::sqlite::faults::nothing_to_be_had(&scene.bare),
        measured::sqlite::faults::nothing_to_be_had(&scene.measured)
    );
    scene.seen(one, other).await.operations(NOTHING_TO_BE_HAD).timeouts(3);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_in_vain_for_a_connection_of_postgres_is_counted() {
    let scene = Scene::on_postgres(dialect::postgres::ACCOUNTS, 1).await;
    let (one, other) = tokio::join!(
        bare::postgres::faults::nothing_to_be_had(&scene.bare),
        measured::postgres::faults::nothing_to_be_had(&scene.measured)
    );
    scene.seen(one, other).await.operations(NOTHING_TO_BE_HAD).timeouts(3);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_in_vain_for_a_connection_of_mariadb_is_counted() {
    let scene = Scene::on_mariadb(dialect::mariadb::ACCOUNTS, 1).await;
    let (one, other) = tokio::join!(
        bare::mariadb::faults::nothing_to_be_had(&scene.bare),
        measured::mariadb::faults::nothing_to_be_had(&scene.measured)
    );
    scene.seen(one, other).await.operations(NOTHING_TO_BE_HAD).timeouts(3);
}
