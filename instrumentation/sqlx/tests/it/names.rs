//! Each pool has a name of its own, or shares `_OTHER`.

use kymo_sqlx::{MeasuredPool, PoolNameError, PoolSettings, pool_options};
use sqlx::{Sqlite, SqlitePool, query};

use crate::database_meters::{COUNT, DatabaseMeters, ERRORS, FOLDED, PENDING, TIMEOUTS, WAIT_TIME};

const NAME: &str = "db.client.connection.pool.name";

#[tokio::test]
async fn pools_of_one_database_are_numbered() {
    let meters = DatabaseMeters::new();
    let pools: Vec<_> = (0..3).map(|_| meters.metrics.pool(bare())).collect();
    assert_eq!(names(&meters), [":memory:", ":memory:#2", ":memory:#3"]);
    query("SELECT 1").execute(&pools[1]).await.unwrap();
    assert_eq!(meters.only(WAIT_TIME).get(NAME), Some(":memory:#2"));
    drop(pools);
    let _again = meters.metrics.pool(bare());
    assert_eq!(names(&meters), [":memory:"]);
}

#[tokio::test]
async fn a_name_that_a_living_pool_has_is_refused_and_the_error_says_what_to_do() {
    let meters = DatabaseMeters::new();
    let orders = named(&meters, "orders").unwrap();
    let taken = named(&meters, "orders").unwrap_err();
    assert!(matches!(taken, PoolNameError::Taken { .. }), "{taken:?}");
    let text = taken.to_string();
    assert!(text.contains("\"orders\"") && text.contains("another name"), "{text}");
    let clone = orders.clone();
    drop(orders);
    assert!(named(&meters, "orders").is_err(), "a clone is alive");
    drop(clone);
    drop(named(&meters, "orders").unwrap());
    // A name that a program chose is not given to a pool without one.
    let _chosen = named(&meters, ":memory:").unwrap();
    let _numbered = meters.metrics.pool(bare());
    assert_eq!(names(&meters), [":memory:", ":memory:#2"]);
}

#[tokio::test]
async fn a_name_that_says_nothing_is_refused() {
    let meters = DatabaseMeters::new();
    for name in ["", "_OTHER"] {
        let refused = named(&meters, name).unwrap_err();
        assert!(matches!(refused, PoolNameError::Reserved { .. }), "{refused:?}");
        assert!(refused.to_string().contains("another name"), "{refused}");
    }
}

#[tokio::test]
async fn a_thousand_pools_of_one_database_are_numbered_and_the_numbers_begin_anew() {
    let meters = DatabaseMeters::new();
    let pools: Vec<_> = (0..1000).map(|_| meters.metrics.pool(bare())).collect();
    assert!(named(&meters, ":memory:#1000").is_err());
    assert!(named(&meters, ":memory:#1001").is_ok());
    drop(pools);
    let _first = meters.metrics.pool(bare());
    let _second = meters.metrics.pool(bare());
    assert!(named(&meters, ":memory:#2").is_err(), "the numbers begin anew");
}

#[tokio::test]
async fn a_hundred_pools_have_64_names_and_the_rest_share_one() {
    let meters = DatabaseMeters::new();
    let pools: Vec<_> = (0..100).map(|n| named(&meters, &format!("pool {n}")).unwrap()).collect();
    for pool in &pools {
        query("SELECT 1").execute(pool).await.unwrap();
    }
    let waits = meters.by(WAIT_TIME, NAME);
    assert_eq!(waits.len(), 65);
    assert_eq!(waits["_OTHER"], 36);
    assert_eq!(meters.by(TIMEOUTS, NAME).len(), 65);
    assert_eq!(meters.by(COUNT, NAME).values().sum::<i64>(), 100, "each has a connection");
    assert_eq!(meters.by(COUNT, NAME)["_OTHER"], 36);
    assert_eq!(meters.count(FOLDED, &[("kymo.cardinality.attribute", NAME)]), 36);
    assert!(named(&meters, "pool 99").is_err(), "its name is its own, though it is not shown");
}

#[tokio::test]
async fn a_database_that_cannot_be_opened_is_an_error_of_its_pool() {
    let meters = DatabaseMeters::new();
    let bare = SqlitePool::connect_lazy("sqlite:/nowhere/at/all/books.db").unwrap();
    let pool = meters.metrics.pool(bare);
    query("SELECT 1").execute(&pool).await.unwrap_err();
    pool.acquire().await.unwrap_err();
    pool.begin().await.unwrap_err();
    let error = meters.only(ERRORS);
    assert_eq!((error.get(NAME), error.get("error.type")), (Some("books.db"), Some("io")));
    assert_eq!(error.count, 3);
    assert_eq!(meters.only(TIMEOUTS).count, 0);
    meters.assert_operations(&[("io", 1)]);
    assert_eq!(meters.of(WAIT_TIME), []);
    meters.assert_at_rest().await;
}

fn named(meters: &DatabaseMeters, name: &str) -> Result<MeasuredPool<Sqlite>, PoolNameError> {
    meters.metrics.pool_with(bare(), &PoolSettings::new().named(name))
}

fn bare() -> SqlitePool {
    pool_options().connect_lazy("sqlite::memory:").unwrap()
}

/// The names of the pools that are there.
fn names(meters: &DatabaseMeters) -> Vec<String> {
    meters.by(PENDING, NAME).into_keys().collect()
}
