//! Pools of every kind are one family, and their names one set.

use std::collections::BTreeMap;

use kymo::{
    Telemetry,
    pool::{PoolNameError, PoolState},
    sqlx::PoolSettings,
};
use sqlx::SqlitePool;

fn telemetry() -> Telemetry {
    Telemetry::for_service("shop").environment([("", "")]).prometheus().build().unwrap()
}

fn bare() -> SqlitePool {
    SqlitePool::connect_lazy("sqlite::memory:").unwrap()
}

fn state(pool: &SqlitePool) -> PoolState {
    PoolState::new(pool.size(), pool.num_idle()).max(pool.options().get_max_connections())
}

/// The values of the family `name` by the name of the pool.
fn levels(telemetry: &Telemetry, name: &str) -> BTreeMap<String, f64> {
    let families = telemetry.bridge().unwrap().registry().gather();
    let mut of_name = families.iter().filter(|family| family.name() == name);
    let family = of_name.next();
    assert!(of_name.next().is_none(), "{name} is two families");
    let metrics = family.map_or(&[][..], |family| family.get_metric());
    let by_pool = metrics.iter().map(|metric| {
        let of_pool = |label: &&prometheus::proto::LabelPair| {
            label.name() == "db_client_connection_pool_name"
        };
        let pool = metric.get_label().iter().find(of_pool).unwrap().value();
        (pool.to_owned(), metric.get_gauge().get_value())
    });
    by_pool.collect()
}

#[tokio::test]
async fn a_pool_of_any_kind_is_shown_beside_those_of_sqlx() {
    let telemetry = telemetry();
    let _measured = telemetry.sqlx_with(bare(), &PoolSettings::new().named("books")).unwrap();
    let orders = telemetry.pool("orders", bare(), state).unwrap();
    orders.acquire().await.unwrap();
    let levels = levels(&telemetry, "db_client_connection_max");
    let expected = [("books".to_owned(), 10.0), ("orders".to_owned(), 10.0)];
    assert_eq!(levels, BTreeMap::from(expected));
    drop(orders);
    assert_eq!(self::levels(&telemetry, "db_client_connection_max").len(), 1);
}

#[tokio::test]
async fn a_name_that_a_pool_of_the_other_kind_has_is_refused() {
    let telemetry = telemetry();
    let _orders = telemetry.pool("orders", bare(), state).unwrap();
    let taken = telemetry.sqlx_with(bare(), &PoolSettings::new().named("orders")).unwrap_err();
    assert!(matches!(taken, PoolNameError::Taken { .. }), "{taken}");
    let _numbered = telemetry.sqlx(bare());
    let taken = telemetry.clone().pool(":memory:", bare(), state).unwrap_err();
    assert!(matches!(taken, PoolNameError::Taken { .. }), "{taken}");
}
