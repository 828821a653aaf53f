//! The number of series is bounded, whatever is sent, and what did not fit is counted.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::FutureExt;
use kymo_core::MetricKind;
use kymo_sqlx::{PoolSettings, key, metrics, pool_options};
use sqlx::{AssertSqlSafe, Executor, Sqlite, SqlitePool, query};

use crate::{
    act::Act,
    database_meters::{DURATION, DatabaseMeters, FOLDED, RETURNED_ROWS, ROWS_CHANGED},
};

#[tokio::test]
async fn a_hundred_thousand_statements_have_a_bounded_number_of_series() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    // A pool that is closed answers at once.
    pool.close().await;
    for n in 0..100_000 {
        let sql = format!("SELECT * FROM generated_{n}");
        query(AssertSqlSafe(sql)).execute(&pool).now_or_never().unwrap().unwrap_err();
    }
    let summaries = meters.by(DURATION, "db.query.summary");
    assert_eq!(summaries.values().sum::<i64>(), 100_000, "each is counted once");
    assert_eq!(summaries.len(), UNPROVEN + 1, "none of them has ever succeeded");
    let other = summaries["_OTHER"];
    assert_eq!(other, 100_000 - i64::try_from(UNPROVEN).unwrap());
    assert_eq!(meters.count(FOLDED, &[("kymo.cardinality.attribute", "db.query.summary")]), other);
}

/// Summaries of statements that have not succeeded so far, beside the budget.
const UNPROVEN: usize = 100;

#[tokio::test]
async fn what_is_refused_leaves_the_whole_budget_to_what_succeeds() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    for n in 0..500 {
        let refused = format!("INSERT INTO nowhere_{n} SELECT * FROM 'it");
        query(AssertSqlSafe(refused)).execute(&pool).await.unwrap_err();
        let unknown = format!("INSERT INTO nowhere_{n} VALUES (1)");
        query(AssertSqlSafe(unknown)).execute(&pool).await.unwrap_err();
    }
    let limit = usize::from(key::DB_QUERY_SUMMARY.limit());
    for n in 0..limit {
        let named = format!("/* name: query_{n} */ INSERT INTO acts SELECT NULL WHERE 1 = 0");
        pool.execute(AssertSqlSafe(named)).await.unwrap();
    }
    pool.execute("/* name: late */ SELECT 1").await.unwrap();
    let summaries = meters.by(DURATION, "db.query.summary");
    let kept = |name: &str| summaries.keys().filter(|summary| summary.starts_with(name)).count();
    assert_eq!(kept("query_"), limit);
    assert_eq!(kept("INSERT"), UNPROVEN);
    assert_eq!(summaries.get("late"), None);
    assert_eq!(summaries["_OTHER"], 1000 - 500 - i64::try_from(UNPROVEN).unwrap() + 1 + 1);
    // No table of theirs has taken a place either.
    for n in 0..key::DB_COLLECTION_NAME.limit() - 1 {
        let create = format!("CREATE TABLE kept_{n} (n INTEGER)");
        sqlx::raw_sql(AssertSqlSafe(create)).execute(pool.inner()).await.unwrap();
        let insert = format!("INSERT INTO kept_{n} VALUES (1)");
        query(AssertSqlSafe(insert)).persistent(false).execute(&pool).await.unwrap();
    }
    let tables = meters.by(ROWS_CHANGED, "db.collection.name");
    assert_eq!(tables.get("_OTHER"), None, "{tables:?}");
}

/// With more series than there is room for, a failure is still known by its statement.
#[tokio::test]
async fn the_first_failure_of_a_statement_keeps_its_summary() {
    let meters = DatabaseMeters::new();
    for shop in 0..4 {
        let settings = PoolSettings::new().namespace(format!("shop {shop}"));
        let pool = pool_options::<Sqlite>().max_connections(1).connect_lazy("sqlite::memory:");
        let pool = meters.metrics.pool_with(pool.unwrap(), &settings).unwrap();
        for n in 0..400 {
            let named = format!("/* name: query_{n} */ SELECT 1");
            pool.fetch_one(AssertSqlSafe(named)).await.unwrap();
        }
        if shop == 3 {
            pool.close().await;
            for n in 0..40 {
                let named = format!("/* name: query_{n} */ SELECT 1");
                pool.fetch_one(AssertSqlSafe(named)).await.unwrap_err();
                let failed = [("db.namespace", "shop 3"), ("error.type", "pool_closed")];
                let named = ("db.query.summary", &*format!("query_{n}"));
                assert_eq!(meters.count(DURATION, &[failed[0], failed[1], named]), 1, "{n}");
            }
        }
    }
}

#[tokio::test]
async fn a_summary_that_was_there_first_keeps_its_name() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    query("SELECT * FROM books").execute(&pool).await.unwrap();
    let books: BTreeMap<_, _> = meters.by(DURATION, "db.query.summary");
    pool.close().await;
    for n in 0..1000 {
        let sql = format!("SELECT * FROM generated_{n}");
        query(AssertSqlSafe(sql)).execute(&pool).now_or_never().unwrap().unwrap_err();
    }
    let (name, _) = books.first_key_value().unwrap();
    query("SELECT * FROM books").execute(&pool).await.unwrap_err();
    assert_eq!(meters.by(DURATION, "db.query.summary")[name], 2);
}

#[tokio::test]
async fn generated_tables_have_a_bounded_number_of_series_and_all_of_their_rows() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    let mut connection = pool.acquire().await.unwrap();
    for n in 0..500 {
        let create = format!("CREATE TEMPORARY TABLE generated_{n} (n INTEGER)");
        sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut *connection).await.unwrap();
        let insert = format!("INSERT INTO generated_{n} VALUES (1), (2)");
        query(AssertSqlSafe(insert)).persistent(false).execute(&mut *connection).await.unwrap();
    }
    let tables = meters.by(ROWS_CHANGED, "db.collection.name");
    let limit = i64::from(key::DB_COLLECTION_NAME.limit());
    assert_eq!(tables.values().sum::<i64>(), 1000, "no row is lost");
    assert_eq!(i64::try_from(tables.len()).unwrap(), limit + 1);
    assert_eq!(tables["_OTHER"], 2 * (500 - limit));
    let attribute = ("kymo.cardinality.attribute", "db.collection.name");
    assert_eq!(meters.count(FOLDED, &[attribute]), 500 - limit);
}

#[tokio::test]
async fn only_what_is_declared_is_emitted() {
    let meters = DatabaseMeters::new();
    let pool = meters.pool(1).await;
    for act in Act::ALL {
        act.run(&pool).await;
    }
    pool.execute("INSERT INTO books (title) VALUES ('Dune')").await.unwrap();
    drop(pool.begin().await.unwrap());
    // A new connection, and one that cannot be opened.
    pool.acquire().await.unwrap().close().await.unwrap();
    pool.execute("SELECT 1").await.unwrap();
    let nowhere = SqlitePool::connect_lazy("sqlite:/nowhere/at/all/books.db").unwrap();
    meters.metrics.pool(nowhere).acquire().await.unwrap_err();
    let ours = || metrics::ALL.iter().chain(kymo_pool::metrics::ALL);
    let declared: BTreeMap<_, _> = ours()
        .chain(kymo_core::metrics::ALL)
        .map(|spec| {
            (spec.name, spec.attributes.iter().map(|key| key.name).collect::<BTreeSet<_>>())
        })
        .collect();
    let points = meters.points();
    for point in &points {
        let attributes = &declared[&*point.name];
        for key in point.attributes.keys() {
            assert!(attributes.contains(&**key), "{} has {key}", point.name);
        }
    }
    let emitted: BTreeSet<_> = points.iter().map(|point| &*point.name).collect();
    for spec in ours() {
        assert!(emitted.contains(spec.name), "{} is never emitted", spec.name);
        assert!(!matches!(spec.kind, MetricKind::Gauge), "a gauge outlives what it watches");
    }
}

/// More series than there is room for: the rows of one that was folded are counted where the
/// operation was.
#[tokio::test]
async fn returned_rows_are_folded_with_their_operation() {
    let meters = DatabaseMeters::new();
    for file in 0..4 {
        let settings = PoolSettings::new().namespace(format!("shop {file}"));
        let pool = pool_options::<Sqlite>().max_connections(1).connect_lazy("sqlite::memory:");
        let pool = meters.metrics.pool_with(pool.unwrap(), &settings).unwrap();
        for n in 0..400 {
            let named = format!("/* name: query_{n} */ SELECT 1");
            pool.fetch_one(AssertSqlSafe(named)).await.unwrap();
        }
    }
    let series = |name| {
        let points = meters.of(name).into_iter();
        let keys = points.map(|point| {
            let text = |key| point.get(key).unwrap_or_default().to_owned();
            ((text("db.namespace"), text("db.query.summary")), point.count)
        });
        keys.collect::<BTreeMap<_, _>>()
    };
    assert_eq!(series(RETURNED_ROWS), series(DURATION));
}
