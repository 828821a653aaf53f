//! The bill of each unit adds up to its duration, and with what is outside to what there was.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use futures_util::{FutureExt, future::join};
use kymo_core::{Attempt, KnownValues, OperationKind, Operations, Outcome, Part, Record, carry};
use opentelemetry::metrics::MeterProvider;
use tokio::task::yield_now;

use crate::work_meters::{DURATION, TIME, WorkMeters};

const OPERATIONS: &str = "kymo.unit_of_work.operations";
const REPEATED: &str = "kymo.unit_of_work.repeated_queries";
const LONGEST_POLL: &str = "kymo.unit_of_work.longest_poll";
const BLOCKING: &str = "kymo.unit_of_work.blocking";
const OUTSIDE: &str = "kymo.http.server.request.outside";
const MILLISECOND: Duration = Duration::from_millis(1);

/// A database that takes some time.
#[derive(Clone)]
struct Database(Arc<Log>);

struct Log {
    operations: Operations,
    /// What its own metric would count.
    recorded: AtomicU64,
}

struct Query(Database);

impl Record for Query {
    const PART: Option<Part> = Some(Part::Sql);

    fn record(&mut self, _elapsed: Duration, _outcome: Outcome) {
        let Query(Database(log)) = self;
        log.recorded.fetch_add(1, Ordering::Relaxed);
        log.operations
            .enter_query(KnownValues::of(&["SELECT books"]).bound("SELECT books"), || {
                Arc::from("SELECT books")
            });
    }
}

impl Database {
    fn of(meters: &WorkMeters) -> Self {
        let meter = meters.provider.meter("database");
        let operations = Operations::new(&meter, OperationKind::Sql);
        Self(Arc::new(Log { operations, recorded: AtomicU64::new(0) }))
    }

    async fn query(&self, takes: Duration) {
        let mut attempt = Attempt::started(Query(self.clone()));
        attempt.watch(tokio::time::sleep(takes)).await;
        attempt.finish(Outcome::Success);
    }

    fn recorded(&self) -> u64 {
        self.0.recorded.load(Ordering::Relaxed)
    }
}

#[track_caller]
fn assert_same(one: f64, other: f64) {
    assert!((one - other).abs() < 1e-6, "{one} is not {other}");
}

#[tokio::test]
async fn the_parts_of_units_add_up_however_they_end_and_so_do_their_operations() {
    let (meters, reindex) = WorkMeters::reindex();
    let database = Database::of(&meters);
    let query = || database.query(5 * MILLISECOND);
    reindex
        .run(async {
            thread::sleep(2 * MILLISECOND);
            join(query(), query()).await;
            tokio::time::sleep(5 * MILLISECOND).await;
        })
        .await;
    let failing = async {
        query().await;
        Err::<(), _>(())
    };
    let _ = reindex.run_result(failing).await;
    // Dropped while a query is under way.
    let _ = tokio::time::timeout(2 * MILLISECOND, reindex.run(query())).await;
    let panics = tokio::spawn({
        let (reindex, database) = (reindex.clone(), database.clone());
        async move {
            let run = reindex.run(async move {
                database.query(MILLISECOND).await;
                std::panic::resume_unwind(Box::new("on purpose"));
            });
            run.await
        }
    });
    assert!(panics.await.is_err());
    query().await;

    assert_eq!(meters.units().values().sum::<i64>(), 4);
    let of_part = |part| meters.sum(TIME, Some(("kymo.part", part)));
    assert_same(meters.sum(TIME, None), meters.sum(DURATION, None));
    assert!(of_part("sql") >= 0.012, "two at a time are time once: {}", of_part("sql"));
    assert!(of_part("waiting") >= 0.005 && of_part("handler") >= 0.002);
    assert_same(of_part("body"), 0.0);
    assert_same(meters.sum(OPERATIONS, Some(("kymo.operation.kind", "sql"))), 5.0);
    assert_same(meters.sum(OUTSIDE, None), 1.0);
    assert_eq!(database.recorded(), 6);
}

#[tokio::test]
async fn the_inner_one_of_two_has_the_operations_and_what_is_spawned_is_outside() {
    let (meters, outer) = WorkMeters::reindex();
    let inner = meters.metrics.unit_of_work("batch");
    let database = Database::of(&meters);
    let query = || {
        let database = database.clone();
        async move { database.query(MILLISECOND).await }
    };
    outer
        .run(async {
            query().await;
            inner.run(async { join(query(), query()).await }).await;
            let torn = inner.run(async {
                query().await;
                std::panic::resume_unwind(Box::new("on purpose"));
            });
            assert!(AssertUnwindSafe(torn).catch_unwind().await.is_err());
            query().await;
            tokio::spawn(query()).await.unwrap();
            tokio::spawn(carry(query())).await.unwrap();
        })
        .await;
    let of = |name| meters.sum(OPERATIONS, Some(("kymo.unit_of_work.name", name)));
    assert_same(of("batch"), 3.0);
    assert_same(of("reindex"), 3.0);
    assert_same(meters.sum(OUTSIDE, None), 1.0);
    let name = |name| Some(("kymo.unit_of_work.name", name));
    for unit in ["batch", "reindex"] {
        assert_same(meters.sum(TIME, name(unit)), meters.sum(DURATION, name(unit)));
    }
}

#[tokio::test]
async fn a_query_that_comes_ten_times_is_repeated_once_a_unit() {
    let (meters, reindex) = WorkMeters::reindex();
    let database = Database::of(&meters);
    for times in [9, 10, 30] {
        let unit = reindex.run(async {
            for _ in 0..times {
                database.query(Duration::ZERO).await;
            }
        });
        unit.await;
    }
    let point = meters.points().only(REPEATED);
    assert_eq!(point.count, 2);
    assert_eq!(point.get("db.query.summary"), Some("SELECT books"));
    assert_eq!(point.get("kymo.unit_of_work.name"), Some("reindex"));
}

#[tokio::test]
async fn a_poll_that_keeps_its_thread_is_blocking() {
    let (meters, reindex) = WorkMeters::reindex();
    reindex
        .run(async {
            yield_now().await;
            thread::sleep(15 * MILLISECOND);
            yield_now().await;
        })
        .await;
    assert!(meters.points().only(BLOCKING).count >= 1);
    assert!(meters.sum(LONGEST_POLL, None) >= 0.015);
}
