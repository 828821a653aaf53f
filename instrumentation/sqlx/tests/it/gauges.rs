//! The levels of a pool are those of the pool, for as long as somebody measures it.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use kymo_sqlx::{MeasuredPool, pool_options};
use opentelemetry::metrics::MeterProvider;
use sqlx::{Sqlite, query};

use crate::database_meters::{COUNT, DatabaseMeters, PENDING};

const GAUGES: &[&str] = &[
    COUNT,
    PENDING,
    "db.client.connection.idle.max",
    "db.client.connection.idle.min",
    "db.client.connection.max",
];

#[tokio::test]
async fn the_gauges_are_what_the_pool_says_of_itself() {
    let meters = DatabaseMeters::new();
    let options = pool_options::<Sqlite>().max_connections(5).min_connections(2);
    let pool = meters.metrics.pool(options.connect("sqlite::memory:").await.unwrap());
    let mut held = Vec::new();
    for _ in 0..4 {
        assert_levels(&meters, &pool);
        held.push(pool.acquire().await.unwrap());
    }
    assert_levels(&meters, &pool);
    assert_eq!(meters.count(COUNT, &[("db.client.connection.state", "used")]), 4);
    drop(held);
    meters.assert_at_rest().await;
    assert_levels(&meters, &pool);
    pool.close().await;
    assert_levels(&meters, &pool);
    assert_eq!(meters.count(COUNT, &[]), 0);
}

#[tokio::test]
async fn the_gauges_vanish_with_the_last_clone_while_the_pool_itself_lives_on() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    let bare = pool.inner().clone();
    let clone = pool.clone();
    drop(pool);
    assert_eq!(meters.of(COUNT).len(), 2);
    // A connection that was handed out needs no pool.
    let connection = clone.acquire().await.unwrap();
    drop(clone);
    for gauge in GAUGES {
        assert_eq!(meters.of(gauge), [], "{gauge}");
    }
    drop(connection);
    query("SELECT 1").execute(&bare).await.unwrap();
}

#[tokio::test]
async fn a_pool_that_is_dropped_in_a_collection_is_gone_in_the_next() {
    let meters = DatabaseMeters::new();
    let slot = Arc::new(Mutex::new(Some(meters.pool(1).await)));
    let taken = Arc::clone(&slot);
    let meter = meters.provider.meter("the program's own");
    let _gauge = meter
        .i64_observable_up_down_counter("program.level")
        .with_callback(move |_| drop(taken.lock().unwrap().take()))
        .build();
    meters.points();
    assert!(slot.lock().unwrap().is_none());
    assert_eq!(meters.of(COUNT), []);
}

#[tokio::test]
async fn pools_come_and_go_while_they_are_collected() {
    let meters = DatabaseMeters::new();
    let is_done = AtomicBool::new(false);
    let runtime = tokio::runtime::Handle::current();
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                for point in meters.of(PENDING) {
                    assert_eq!(point.count, 0);
                }
            }
        });
        scope.spawn(|| {
            let _runtime = runtime.enter();
            for _ in 0..300 {
                let pool = || pool_options::<Sqlite>().connect_lazy("sqlite::memory:").unwrap();
                let (one, two) = (meters.metrics.pool(pool()), meters.metrics.pool(pool()));
                drop((one.clone(), one, two));
            }
            is_done.store(true, Ordering::Relaxed);
        });
    });
    assert_eq!(meters.of(PENDING), []);
}

#[track_caller]
fn assert_levels(meters: &DatabaseMeters, pool: &MeasuredPool<Sqlite>) {
    let state = |state| meters.count(COUNT, &[("db.client.connection.state", state)]);
    let idle = i64::try_from(pool.num_idle()).unwrap();
    assert_eq!((state("idle"), state("used")), (idle, i64::from(pool.size()) - idle));
    let options = pool.options();
    let level = |name: &str| meters.only(name).count;
    assert_eq!(level("db.client.connection.max"), i64::from(options.get_max_connections()));
    assert_eq!(level("db.client.connection.idle.max"), i64::from(options.get_max_connections()));
    assert_eq!(level("db.client.connection.idle.min"), i64::from(options.get_min_connections()));
    assert_eq!(level(PENDING), 0);
}
