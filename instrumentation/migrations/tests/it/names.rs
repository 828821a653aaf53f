//! A database goes by the name of its pool, or by the one that it was given.

use std::sync::Arc;

use kymo_migrations::{EitherPool, Migrator};
use kymo_sqlx::{DatabaseMetrics, PoolSettings};

use crate::migration_meters::{MigrationMeters, NAME, READ_ERRORS, RUNS, counted, pool, program};

#[tokio::test]
async fn a_database_goes_by_the_name_of_its_pool_measured_or_not() {
    let meters = MigrationMeters::new();
    let bare = pool();
    assert_eq!(bare.database_name(), ":memory:");
    let settings = PoolSettings::new().named("orders");
    let measured = DatabaseMetrics::new(&meters.provider).pool_with(pool(), &settings).unwrap();
    assert_eq!(measured.database_name(), "orders");

    meters.metrics.migrations(program([1])).of(&bare).run(&bare).await.unwrap();
    meters.metrics.migrations(program([1])).of(&measured).run(&measured).await.unwrap();
    assert_eq!(meters.by(RUNS, NAME), counted([(":memory:", 1), ("orders", 1)]));
}

#[tokio::test]
async fn a_pool_that_others_are_named_after_has_the_number_that_it_was_given() {
    let meters = MigrationMeters::new();
    let databases = DatabaseMetrics::new(&meters.provider);
    let (first, second) = (databases.pool(pool()), databases.pool(pool()));
    assert_ne!(first.name(), second.name());
    for pool in [&first, &second] {
        meters.metrics.migrations(program([1])).of(pool).run(pool).await.unwrap();
    }
    assert_eq!(meters.by(RUNS, NAME), counted([(first.name(), 1), (second.name(), 1)]));
}

#[tokio::test]
async fn the_first_name_stays() {
    let meters = MigrationMeters::new();
    let pool = pool();
    let books = meters.metrics.migrations(program([1])).named("books").of(&pool);
    books.run(&pool).await.unwrap();
    books.clone().named("other").run(&pool).await.unwrap();
    books.watch(&pool).refresh().await;
    assert_eq!(meters.by(RUNS, NAME), counted([("books", 2)]));
    assert_eq!(meters.by(READ_ERRORS, NAME), counted([("books", 0)]));
    assert!(format!("{books:?}").contains("books"), "{books:?}");
}

#[tokio::test]
async fn without_a_name_a_database_is_called_as_its_product() {
    let meters = MigrationMeters::new();
    let pool = pool();
    meters.metrics.migrations(program([1])).run(&pool).await.unwrap();
    assert_eq!(meters.by(RUNS, NAME), counted([("sqlite", 1)]));
}

#[tokio::test]
async fn a_migrator_may_be_owned_shared_or_static() {
    static PROGRAM: Migrator = Migrator::DEFAULT;
    let meters = MigrationMeters::new();
    let pool = pool();
    let shared = Arc::new(program([1]));
    meters.metrics.migrations(&PROGRAM).named("books").run(&pool).await.unwrap();
    meters.metrics.migrations(Arc::clone(&shared)).named("books").run(&pool).await.unwrap();
    let owned = meters.metrics.migrations(program([1])).named("books");
    owned.run(&pool).await.unwrap();
    assert!(owned.migrator().version_exists(1));
    assert_eq!(meters.by(RUNS, NAME), counted([("books", 3)]));
}
