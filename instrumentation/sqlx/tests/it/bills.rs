//! What a request asks of a database is on its bill.

use std::time::Duration;

use futures_util::{
    FutureExt,
    future::{join, join_all},
};
use kymo_core::{Bill, OperationKind, Part as Time, carry};
use kymo_sqlx::{MeasuredPool, PoolSettings, pool_options};
use kymo_testing::UnitOfWork;
use proptest::prelude::*;
use sqlx::{AssertSqlSafe, Sqlite, query};
use tokio::{sync::oneshot, time::sleep};

use crate::{
    database_meters::{CREATE_TIME, DURATION, DatabaseMeters, OUTSIDE, TABLES, WAIT_TIME},
    programs::{self, Expected, Part},
};

const LONG: Duration = Duration::from_millis(80);

/// A statement that takes a while.
const SLOW: &str = "WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 200000) \
     SELECT count(*) FROM t";

fn statements(bill: &Bill) -> i64 {
    bill.operations(OperationKind::Sql).into()
}

fn seconds(bill: &Bill, part: Time) -> f64 {
    bill.time(part).as_secs_f64()
}

#[track_caller]
fn assert_same(one: f64, other: f64) {
    assert!((one - other).abs() < 1e-6, "{one} s and {other} s");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_bills_and_what_is_outside_add_up_to_all_operations(
        jobs in proptest::collection::vec((any::<bool>(), proptest::collection::vec(programs::part(), 0..4)), 0..5),
        together in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (bills, outside, all) = runtime.block_on(async {
            let meters = DatabaseMeters::new();
            let pool = meters.pool(1).await;
            let jobs = jobs.iter().map(|(is_request, parts)| run(&pool, *is_request, parts));
            let mut bills = 0;
            if together {
                bills += join_all(jobs).await.into_iter().sum::<i64>();
            } else {
                for job in jobs {
                    bills += job.await;
                }
            }
            (bills, meters.count(OUTSIDE, &[]), meters.count(DURATION, &[]))
        });
        prop_assert_eq!(bills + outside, all, "{} on bills, {} outside", bills, outside);
        let has_requests_alone = jobs.iter().all(|(is_request, _)| *is_request);
        prop_assert!(!has_requests_alone || outside == 0, "{} outside", outside);
    }
}

/// How many statements are on the bill of a request that does all of this, or of nobody.
async fn run(pool: &MeasuredPool<Sqlite>, is_request: bool, parts: &[Part]) -> i64 {
    let work = async {
        for part in parts {
            programs::run(pool, part, &mut Expected::default()).await;
        }
    };
    if !is_request {
        work.await;
        return 0;
    }
    let mut account = UnitOfWork::new();
    account.around(work).await;
    statements(&account.end())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_to_others_is_outside_unless_it_carries_the_account() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    let mut account = UnitOfWork::new();
    let of_others = pool.clone();
    let mut begun = Box::pin(async move { query(SLOW).execute(&of_others).await });
    account
        .around(async {
            let of_others = pool.clone();
            let spawned = tokio::spawn(async move { query("SELECT 1").execute(&of_others).await });
            spawned.await.unwrap().unwrap();
            let of_others = pool.clone();
            let carried = carry(async move { query("SELECT 1").execute(&of_others).await });
            tokio::spawn(carried).await.unwrap().unwrap();
            query("SELECT 1").execute(&pool).await.unwrap();
            assert!((&mut begun).now_or_never().is_none());
        })
        .await;
    tokio::spawn(begun).await.unwrap().unwrap();
    assert_eq!(statements(&account.end()), 2);
    assert_eq!((meters.count(OUTSIDE, &[]), meters.count(DURATION, &[])), (2, 4));
    let kind = [("kymo.operation.kind", "sql")];
    assert_eq!(meters.count(OUTSIDE, &kind), 2);
}

#[tokio::test]
async fn the_wait_for_a_connection_is_no_time_of_the_statement() {
    let meters = DatabaseMeters::new();
    let slow = pool_options::<Sqlite>().max_connections(1).after_connect(|_, _| {
        Box::pin(async {
            sleep(LONG).await;
            kymo_sqlx::connection_opened();
            Ok(())
        })
    });
    let pool = meters.metrics.pool(slow.connect_lazy("sqlite::memory:").unwrap());
    let mut account = UnitOfWork::new();
    account.around(query(SLOW).execute(&pool)).await.unwrap();
    let bill = account.end();
    let waited = meters.only(WAIT_TIME).sum + meters.only(CREATE_TIME).sum;
    assert_same(seconds(&bill, Time::PoolWait), waited);
    assert_same(seconds(&bill, Time::Sql), meters.only(DURATION).sum);
    assert!(waited >= LONG.as_secs_f64() && bill.time(Time::Sql) > Duration::ZERO);

    let only = pool.acquire().await.unwrap();
    let (asked, asking) = oneshot::channel();
    let keeping = async {
        asking.await.unwrap();
        sleep(LONG).await;
        drop(only);
    };
    let before = meters.only(WAIT_TIME).sum;
    let mut account = UnitOfWork::new();
    let request = account.around(async {
        asked.send(()).unwrap();
        let transaction = pool.begin().await.unwrap();
        transaction.rollback().await.unwrap();
        drop(pool.acquire().await.unwrap());
    });
    let ((), ()) = join(keeping, request).await;
    let bill = account.end();
    assert_eq!(statements(&bill), 2, "one that begins and one that ends");
    assert!(bill.time(Time::PoolWait) >= LONG);
    assert_same(seconds(&bill, Time::PoolWait), meters.only(WAIT_TIME).sum - before);
}

#[tokio::test]
async fn a_statement_that_gets_no_connection_waited_all_the_time() {
    let meters = DatabaseMeters::new();
    let options = pool_options::<Sqlite>().max_connections(1).acquire_timeout(LONG);
    let pool = meters.metrics.pool(options.connect_lazy("sqlite::memory:").unwrap());
    let only = pool.acquire().await.unwrap();
    let mut account = UnitOfWork::new();
    account.around(query("SELECT 1").execute(&pool)).await.unwrap_err();
    let dropped = async { assert!(query("SELECT 1").execute(&pool).now_or_never().is_none()) };
    account.around(dropped).await;
    let bill = account.end();
    assert_eq!((statements(&bill), bill.time(Time::Sql)), (2, Duration::ZERO));
    assert_same(
        seconds(&bill, Time::PoolWait),
        meters.points().of(DURATION).iter().map(|it| it.sum).sum(),
    );
    drop(only);
}

#[tokio::test]
async fn statements_that_wait_at_once_wait_once_and_so_do_those_that_run() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    let mut account = UnitOfWork::new();
    let asked = (0..10).map(|_| query(SLOW).execute(&pool));
    for answered in account.around(join_all(asked)).await {
        answered.unwrap();
    }
    let bill = account.end();
    // One runs at a time, and all but the last while others wait.
    let times = seconds(&bill, Time::PoolWait) + seconds(&bill, Time::Sql);
    let ran = meters.only(DURATION).sum;
    assert!(times >= ran - 1e-6, "{times} s of {ran} s");
    assert!(bill.time(Time::PoolWait) > bill.time(Time::Sql), "{bill:?}");
    assert_eq!(statements(&bill), 10);
}

#[tokio::test]
async fn a_query_that_a_request_repeats_is_on_its_bill_by_its_summary() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    let silent = pool_options::<Sqlite>().max_connections(1);
    let silent = silent.connect("sqlite::memory:").await.unwrap();
    sqlx::raw_sql(TABLES).execute(&silent).await.unwrap();
    let settings = PoolSettings::new().named("silent").without_summaries();
    let silent = meters.metrics.pool_with(silent, &settings).unwrap();
    let repeated = async |pool: &MeasuredPool<Sqlite>, times: u32| {
        let mut account = UnitOfWork::new();
        let request = async {
            for n in 0..times {
                let sql = format!("SELECT n FROM acts WHERE n = {n}");
                query(AssertSqlSafe(sql)).fetch_all(pool).await.unwrap();
                query("SELECT id FROM books").fetch_all(pool).await.unwrap();
                query("SELECT id FROM nowhere").fetch_all(pool).await.unwrap_err();
            }
            query("SELECT title FROM books").fetch_all(pool).await.unwrap();
        };
        account.around(request).await;
        let bill = account.end();
        let mut repeated: Vec<_> = bill.repeated().iter().map(ToString::to_string).collect();
        repeated.sort();
        repeated
    };
    assert_eq!(repeated(&pool, 8).await, [""; 0]);
    assert_eq!(repeated(&pool, 9).await, ["SELECT books"]);
    let all = ["SELECT acts", "SELECT books", "SELECT nowhere"];
    assert_eq!(repeated(&pool, 10).await, all);
    assert_eq!(repeated(&silent, 10).await, [""; 0]);
}
