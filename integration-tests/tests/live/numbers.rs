use std::{collections::BTreeMap, time::Duration};

use integration_tests::{Bookshop, Browser, Scrape, Screen, eventually, load};
use serde_json::Value;

use super::{TABLES, open};

/// The number of a cell, whose digits have commas.
fn number(cell: &Value) -> f64 {
    let text = cell.as_str().unwrap_or_default().replace(',', "");
    text.parse().unwrap_or_else(|_| panic!("{cell} is no number"))
}

/// What the page shows below `head`, by what it shows below each of `keys`.
fn column(tables: &Value, section: &str, keys: &[&str], head: &str) -> BTreeMap<Vec<String>, f64> {
    let rows = tables[section].as_array().cloned().unwrap_or_default();
    let key = |row: &Value| {
        let parts = keys.iter().map(|key| row[*key].as_str().unwrap_or_default().to_owned());
        parts.collect()
    };
    rows.iter().map(|row| (key(row), number(&row[head]))).collect()
}

/// The same by a scrape: sums of `name`, by the labels `keys`; the absent ones as the page says it.
fn sums(
    scrape: &Scrape,
    name: &str,
    keys: &[&str],
    labels: &[(&str, &str)],
    absent: &str,
) -> BTreeMap<Vec<String>, f64> {
    let mut sums = BTreeMap::new();
    for sample in scrape.samples(name, labels) {
        let part = |key: &&str| sample.labels.get(*key).map_or(absent, String::as_str).to_owned();
        *sums.entry(keys.iter().map(part).collect()).or_default() += sample.value;
    }
    sums
}

#[tokio::test(flavor = "multi_thread")]
async fn the_numbers_on_the_page_are_those_of_a_scrape() {
    let shop = Bookshop::start();
    let browser = Browser::start().await;
    let tab = open(&browser, &format!("{}/live", shop.url()), Screen::WIDE).await;
    let sent = load::total(&load::run(shop.client(), 4, 12).await);
    let scrape = shop.scrape().await;
    let route = ["http_request_method", "http_route"];
    let duration = "http_server_request_duration_seconds_count";
    let requests = sums(&scrape, duration, &route, &[], "no route");
    assert!((requests.values().sum::<f64>() - sent as f64).abs() < 0.5, "{requests:?} of {sent}");
    let tables = eventually(
        Duration::from_secs(20),
        async || tab.evaluate(TABLES).await,
        |tables| column(tables, "http", &["method", "route"], "in all") == requests,
    )
    .await;
    let failed = column(&tables, "http", &["method", "route"], "failed");
    for (key, failed) in failed {
        let labels = [("http_request_method", &*key[0]), ("http_route", &*key[1])];
        let expected = scrape.samples(duration, &labels);
        let expected = expected.filter(|sample| sample.labels.contains_key("error_type"));
        let expected: f64 = expected.map(|sample| sample.value).sum();
        assert!((failed - expected).abs() < 0.5, "{key:?}: {failed}, not {expected}");
    }
    // The watch of migrations asks the database meanwhile, and nobody else.
    let statements = sums(
        &scrape,
        "db_client_operation_duration_seconds_count",
        &["db_query_summary"],
        &[],
        "no summary",
    );
    let shown = column(&tables, "sql", &["statement"], "in all");
    let mut compared = 0;
    for (statement, count) in statements.iter().filter(|(key, _)| !key[0].contains("migrations")) {
        assert_eq!(shown.get(statement), Some(count), "{statement:?} of {shown:?}");
        compared += 1;
    }
    assert!(compared >= 5, "{statements:?}");
    let calls = "kymo_repository_operation_duration_seconds_count";
    let method = ["kymo_repository_name", "kymo_repository_method"];
    assert_eq!(
        column(&tables, "repositories", &["repository", "method"], "in all"),
        sums(&scrape, calls, &method, &[], ""),
    );
    for (head, result) in [("hits in all", "hit"), ("misses in all", "miss")] {
        let labels = [("kymo_cache_result", result)];
        let found = sums(&scrape, "kymo_cache_requests_total", &["kymo_cache_name"], &labels, "");
        assert_eq!(column(&tables, "caches", &["cache"], head), found, "{head}");
    }
    let most =
        sums(&scrape, "db_client_connection_max", &["db_client_connection_pool_name"], &[], "");
    assert_eq!(column(&tables, "pools", &["pool"], "at most"), most);
    let series = column(&tables, "families", &["family"], "series");
    let family = "http_server_request_duration_seconds".to_owned();
    let expected = scrape.samples(duration, &[]).count() as f64;
    assert_eq!(series.get(&vec![family]), Some(&expected), "{series:?}");
    assert_eq!(tab.errors(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_on_the_page_is_the_one_of_those_who_ask() {
    let shop = Bookshop::start();
    let browser = Browser::start().await;
    let tab = open(&browser, &format!("{}/live", shop.url()), Screen::WIDE).await;
    let client = shop.client().clone();
    let load = tokio::spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_millis(50));
        loop {
            ticks.tick().await;
            client.get("/books/1").await;
        }
    });
    let rate = "(() => { const row = [...document.querySelectorAll('#http tbody tr')]\
        .find((it) => it.textContent.includes('/books/{id}'));\
        return row ? Number(row.children[3].textContent) : 0; })()";
    let shown = tab.until(rate, |rate| rate.as_f64().is_some_and(|rate| rate > 17.0)).await;
    load.abort();
    assert!(shown.as_f64().unwrap() < 23.0, "{shown}");
    assert_eq!(tab.errors(), Vec::<String>::new());
}
