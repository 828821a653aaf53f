//! The name of a connection's pool, and its levels.

use kymo_pool::PoolState;
use kymo_sea_orm::{PoolNameError, PoolSettings, System};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

use crate::bookshop::{Bookshop, DURATION, bare};

const NAME: &str = "db.client.connection.pool.name";
const MAX: &str = "db.client.connection.max";

fn state(db: &DatabaseConnection) -> PoolState {
    let pool = db.get_sqlite_connection_pool();
    PoolState::new(pool.size(), pool.num_idle()).max(pool.options().get_max_connections())
}

#[tokio::test]
async fn the_levels_of_the_pool_are_observed_until_the_last_clone_is_gone() {
    let shop = Bookshop::open().await;
    let settings = PoolSettings::new().named("orders");
    let orders = shop.metrics.database_with(bare().await, &settings).unwrap();
    let orders = orders.with_pool_state(state);
    assert_eq!(shop.by(MAX, NAME), [("orders".to_owned(), 1)].into());
    let taken = shop.metrics.database_with(bare().await, &settings).unwrap_err();
    assert!(matches!(taken, PoolNameError::Taken { .. }), "{taken}");
    let clone = orders.clone();
    drop(orders);
    assert_eq!(shop.by(MAX, NAME).len(), 1);
    drop(clone);
    assert_eq!(shop.by(MAX, NAME).len(), 0);
    let _again = shop.metrics.database_with(bare().await, &settings).unwrap();
}

#[tokio::test]
async fn a_bare_clone_keeps_no_name_and_is_still_counted() {
    let shop = Bookshop::open().await;
    let settings = PoolSettings::new().named("orders");
    let orders = shop.metrics.database_with(bare().await, &settings).unwrap();
    let bare = DatabaseConnection::clone(orders.inner());
    drop(orders);
    let again = shop.metrics.database_with(bare, &settings).unwrap();
    let select = Statement::from_string(again.get_database_backend(), "SELECT 1");
    again.inner().query_all_raw(select).await.unwrap();
    assert_eq!(shop.points().only(DURATION).count, 1);
}

#[tokio::test]
async fn connections_without_a_name_are_numbered_by_their_system() {
    let shop = Bookshop::open().await;
    let other = shop.metrics.database(bare().await);
    assert_eq!((shop.db.name(), other.name()), ("sqlite", "sqlite#2"));
}

#[tokio::test]
async fn settings_say_where_the_database_is() {
    let shop = Bookshop::open().await;
    let settings = PoolSettings::new()
        .named("orders")
        .namespace("shop")
        .server("db.internal", 6000)
        .system(System::OtherSql);
    let orders = shop.metrics.database_with(bare().await, &settings).unwrap();
    orders.execute_unprepared("SELECT 1").await.unwrap();
    let point = shop.points().only(DURATION);
    let expected = [
        ("db.namespace", "shop"),
        ("db.query.summary", "SELECT"),
        ("db.system.name", "other_sql"),
        ("server.address", "db.internal"),
        ("server.port", "6000"),
    ];
    let expected = expected.map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(point.attributes, expected.into());
}

#[tokio::test]
async fn a_callback_of_the_program_does_not_end_the_levels_in_whichever_order() {
    let shop = Bookshop::open().await;
    let expected = [("sqlite".to_owned(), 1)].into();
    let db = shop.db.clone().with_pool_state(state).with_metric_callback(|_| ());
    assert_eq!(shop.by(MAX, NAME), expected);
    let db = db.with_metric_callback(|_| ());
    assert_eq!(shop.by(MAX, NAME), expected);
    drop(db);
    let other = Bookshop::open().await;
    let _db = other.db.clone().with_metric_callback(|_| ()).with_pool_state(state);
    assert_eq!(other.by(MAX, NAME), expected);
}

#[tokio::test]
async fn a_pool_whose_state_is_given_twice_is_one_pool() {
    let shop = Bookshop::open().await;
    let one = shop.db.clone().with_pool_state(state);
    let _other = shop.db.clone().with_pool_state(state);
    assert_eq!(shop.by(MAX, NAME), [("sqlite".to_owned(), 1)].into());
    let _third = one.with_pool_state(|_| PoolState::new(7, 0).max(7));
    assert_eq!(shop.by(MAX, NAME), [("sqlite".to_owned(), 7)].into(), "the last one is asked");
}
