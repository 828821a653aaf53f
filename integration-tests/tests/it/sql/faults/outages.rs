//! Servers that go away.

use integration_tests::{MariaDb, Postgres};

use crate::sql::{bare, measured, scene::Scene};

const KILLED: &[(&str, u64)] = &[
    ("SELECT", 2),
    ("SELECT: io", 1),
    ("SELECT: pool_timed_out", 1),
    ("BEGIN: pool_timed_out", 1),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_may_be_killed_during_a_query() {
    let [mut first, mut second] = [Postgres::start(), Postgres::start()];
    let scene = Scene::of_postgres([&first, &second]).await;
    let (one, other) = tokio::join!(
        bare::postgres::outages::killed(&scene.bare, &mut first),
        measured::postgres::outages::killed(&scene.measured, &mut second)
    );
    let seen = scene.seen(one, other).await;
    seen.operations(KILLED);
    seen.timeouts(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mariadb_may_be_killed_during_a_query() {
    let [mut first, mut second] = [MariaDb::start(), MariaDb::start()];
    let scene = Scene::of_mariadb([&first, &second]).await;
    let (one, other) = tokio::join!(
        bare::mariadb::outages::killed(&scene.bare, &mut first),
        measured::mariadb::outages::killed(&scene.measured, &mut second)
    );
    let seen = scene.seen(one, other).await;
    seen.operations(KILLED);
    seen.timeouts(2);
}

const WITHIN: &[(&str, u64)] = &[
    ("BEGIN", 1),
    ("INSERT accounts", 1),
    ("SELECT: io", 1),
    ("COMMIT: io", 1),
    ("SELECT accounts", 1),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_ends_with_its_postgres() {
    let [mut first, mut second] = [Postgres::start(), Postgres::start()];
    let scene = Scene::of_postgres([&first, &second]).await;
    let (one, other) = tokio::join!(
        bare::postgres::outages::killed_within(&scene.bare, &mut first),
        measured::postgres::outages::killed_within(&scene.measured, &mut second)
    );
    let seen = scene.seen(one, other).await;
    seen.operations(WITHIN);
    seen.inserted(0).transactions(&[("error", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_ends_with_its_mariadb() {
    let [mut first, mut second] = [MariaDb::start(), MariaDb::start()];
    let scene = Scene::of_mariadb([&first, &second]).await;
    let (one, other) = tokio::join!(
        bare::mariadb::outages::killed_within(&scene.bare, &mut first),
        measured::mariadb::outages::killed_within(&scene.measured, &mut second)
    );
    let seen = scene.seen(one, other).await;
    seen.operations(WITHIN);
    seen.inserted(0).transactions(&[("error", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_notices_a_postgres_that_was_restarted() {
    let [mut first, mut second] = [Postgres::start(), Postgres::start()];
    let scene = Scene::of_postgres([&first, &second]).await;
    let (one, other) = tokio::join!(
        bare::postgres::outages::stopped(&scene.bare, &mut first),
        measured::postgres::outages::stopped(&scene.measured, &mut second)
    );
    scene.seen(one, other).await.operations(&[("SELECT", 2)]).timeouts(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_notices_a_mariadb_that_was_restarted() {
    let [mut first, mut second] = [MariaDb::start(), MariaDb::start()];
    let scene = Scene::of_mariadb([&first, &second]).await;
    let (one, other) = tokio::join!(
        bare::mariadb::outages::stopped(&scene.bare, &mut first),
        measured::mariadb::outages::stopped(&scene.measured, &mut second)
    );
    scene.seen(one, other).await.operations(&[("SELECT", 2)]).timeouts(0);
}

const FROZEN: &[(&str, u64)] =
    &[("SELECT", 2), ("SELECT: pool_timed_out", 1), ("BEGIN: pool_timed_out", 1)];

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_postgres_is_given_up_in_time() {
    let [mut first, mut second] = [Postgres::start(), Postgres::start()];
    let scene = Scene::of_postgres([&first, &second]).await;
    let (one, other) = tokio::join!(
        bare::postgres::outages::frozen(&scene.bare, &mut first),
        measured::postgres::outages::frozen(&scene.measured, &mut second)
    );
    scene.seen(one, other).await.operations(FROZEN).timeouts(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_mariadb_is_given_up_in_time() {
    let [mut first, mut second] = [MariaDb::start(), MariaDb::start()];
    let scene = Scene::of_mariadb([&first, &second]).await;
    let (one, other) = tokio::join!(
        bare::mariadb::outages::frozen(&scene.bare, &mut first),
        measured::mariadb::outages::frozen(&scene.measured, &mut second)
    );
    scene.seen(one, other).await.operations(FROZEN).timeouts(2);
}

/// The server did commit, and could not say so any more.
const COMMIT_GIVEN_UP: &[(&str, u64)] =
    &[("BEGIN", 1), ("INSERT accounts", 1), ("COMMIT: cancelled", 1), ("SELECT accounts", 1)];

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_given_up_on_postgres_counts_nothing() {
    let [mut first, mut second] = [Postgres::start(), Postgres::start()];
    let scene = Scene::of_postgres([&first, &second]).await;
    let (one, other) = tokio::join!(
        bare::postgres::outages::commit_given_up(&scene.bare, &mut first),
        measured::postgres::outages::commit_given_up(&scene.measured, &mut second)
    );
    let seen = scene.seen(one, other).await;
    seen.operations(COMMIT_GIVEN_UP).inserted(0).transactions(&[("dropped", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_given_up_on_mariadb_counts_nothing() {
    let [mut first, mut second] = [MariaDb::start(), MariaDb::start()];
    let scene = Scene::of_mariadb([&first, &second]).await;
    let (one, other) = tokio::join!(
        bare::mariadb::outages::commit_given_up(&scene.bare, &mut first),
        measured::mariadb::outages::commit_given_up(&scene.measured, &mut second)
    );
    let seen = scene.seen(one, other).await;
    seen.operations(COMMIT_GIVEN_UP).inserted(0).transactions(&[("dropped", 1)]);
}
