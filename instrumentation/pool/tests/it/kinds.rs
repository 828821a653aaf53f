//! The pools that people have, with what each tells of itself.

use std::{convert::Infallible, time::Duration};

use kymo_pool::PoolState;
use tokio::time::timeout;

use crate::pool_meters::{MAX, PENDING, PoolMeters};

#[derive(Debug)]
struct Manager;

impl deadpool::managed::Manager for Manager {
    type Type = ();
    type Error = Infallible;

    async fn create(&self) -> Result<(), Infallible> {
        Ok(())
    }
    async fn recycle(
        &self,
        (): &mut (),
        _: &deadpool::managed::Metrics,
    ) -> deadpool::managed::RecycleResult<Infallible> {
        Ok(())
    }
}

impl bb8::ManageConnection for Manager {
    type Connection = ();
    type Error = Infallible;

    async fn connect(&self) -> Result<(), Infallible> {
        Ok(())
    }
    async fn is_valid(&self, (): &mut ()) -> Result<(), Infallible> {
        Ok(())
    }
    fn has_broken(&self, (): &mut ()) -> bool {
        false
    }
}

impl r2d2::ManageConnection for Manager {
    type Connection = ();
    type Error = Infallible;

    fn connect(&self) -> Result<(), Infallible> {
        Ok(())
    }
    fn is_valid(&self, (): &mut ()) -> Result<(), Infallible> {
        Ok(())
    }
    fn has_broken(&self, (): &mut ()) -> bool {
        false
    }
}

#[tokio::test]
async fn deadpool_tells_its_size_its_maximum_and_who_waits() {
    let meters = PoolMeters::new();
    let pool = deadpool::managed::Pool::<Manager>::builder(Manager).max_size(2).build().unwrap();
    let state = |pool: &deadpool::managed::Pool<Manager>| {
        let status = pool.status();
        PoolState::new(status.size, status.available).max(status.max_size).waiting(status.waiting)
    };
    let pool = meters.metrics.pool("orders", pool, state).unwrap();
    assert_eq!(meters.idle_and_used("orders"), (0, 0));
    let (one, two) = (pool.get().await.unwrap(), pool.get().await.unwrap());
    let mut third = std::pin::pin!(pool.get());
    timeout(Duration::from_millis(10), &mut third).await.unwrap_err();
    assert_eq!(meters.idle_and_used("orders"), (0, 2));
    assert_eq!((meters.level(MAX, "orders"), meters.level(PENDING, "orders")), (Some(2), Some(1)));
    drop(one);
    let third = third.await.unwrap();
    assert_eq!(meters.level(PENDING, "orders"), Some(0));
    drop((two, third));
    assert_eq!(meters.idle_and_used("orders"), (2, 0));
}

#[tokio::test]
async fn bb8_tells_its_size() {
    let meters = PoolMeters::new();
    let pool = bb8::Pool::builder().max_size(3).build(Manager).await.unwrap();
    let state = |pool: &bb8::Pool<Manager>| {
        let state = pool.state();
        PoolState::new(state.connections, state.idle_connections).max(3)
    };
    let pool = meters.metrics.pool("orders", pool, state).unwrap();
    let (one, two) = (pool.get().await.unwrap(), pool.get().await.unwrap());
    assert_eq!(meters.idle_and_used("orders"), (0, 2));
    drop(one);
    assert_eq!(meters.idle_and_used("orders"), (1, 1));
    drop(two);
    assert_eq!(meters.level(MAX, "orders"), Some(3));
    assert_eq!(meters.level(PENDING, "orders"), None, "it does not tell");
}

/// Those of diesel are r2d2's.
#[test]
fn r2d2_tells_its_size_and_its_bounds() {
    let meters = PoolMeters::new();
    let pool = r2d2::Pool::builder().max_size(2).min_idle(Some(1)).build(Manager).unwrap();
    let state = |pool: &r2d2::Pool<Manager>| {
        let state = pool.state();
        let told = PoolState::new(state.connections, state.idle_connections).max(pool.max_size());
        pool.min_idle().map_or(told, |min| told.idle_min(min))
    };
    let pool = meters.metrics.pool("orders", pool, state).unwrap();
    let connection = pool.get().unwrap();
    let (_, used) = meters.idle_and_used("orders");
    assert_eq!(used, 1);
    drop(connection);
    let (idle, used) = meters.idle_and_used("orders");
    assert!(idle >= 1 && used == 0, "{idle} are idle, and {used} used");
    assert_eq!(meters.level(MAX, "orders"), Some(2));
    assert_eq!(meters.level("db.client.connection.idle.min", "orders"), Some(1));
}
