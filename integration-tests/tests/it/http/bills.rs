//! The bills of all requests add up, whatever became of these.

use std::{collections::BTreeMap, time::Duration};

use futures_util::future::join_all;
use http::Method;
use integration_tests::{Bookshop, Redis, Scrape, eventually, load};
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(20);

/// The number of a client that waits for what does not come.
const SLOW: usize = 4;

/// Clients that leave in the middle, in their different moments; handlers that panic; and all that a shop does.
async fn traffic(shop: &Bookshop) {
    let troubles = ["/bestsellers", "/ledger", "/reviews", "/receipt", "/slow?ms=60000", "/books"];
    let leave = async |number: usize| {
        let moment = Duration::from_millis(number as u64 % 60);
        // One of them is there for sure.
        let moment = if number == SLOW { Duration::from_secs(1) } else { moment };
        let path = troubles[number % troubles.len()];
        drop(timeout(moment, shop.client().get(path)).await);
    };
    let panic = async |_| drop(shop.client().try_send(Method::GET, "/panic").await);
    let stay = async |number: usize| {
        let path = troubles[number % 4];
        assert_eq!(shop.client().get(path).await.status, 200, "{path}");
    };
    let order = r#"{"book":1,"copies":1}"#;
    let order = async |_| drop(shop.client().send(Method::POST, "/orders", order).await);
    tokio::join!(
        load::run(shop.client(), 4, 8),
        join_all((0..120).map(leave)),
        join_all((0..10).map(panic)),
        join_all((0..20).map(stay)),
        join_all((0..10).map(order)),
    );
}

/// Adds up the samples of a route; those of none have an empty name.
fn by_route(scrape: &Scrape, name: &str) -> BTreeMap<String, f64> {
    let mut sums = BTreeMap::new();
    for sample in scrape.samples(name, &[]) {
        let route = sample.label("http_route").unwrap_or_default().to_owned();
        *sums.entry(route).or_default() += sample.value;
    }
    sums
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bills_of_a_shop_under_load_add_up() {
    let redis = Redis::start();
    let shop = Bookshop::start_with(&["--redis-url", &redis.url()]);
    traffic(&shop).await;
    let mut requests = -1.0;
    let look = async || shop.scrape().await;
    let scrape = eventually(SOON, look, |scrape| {
        scrape.sum("http_server_active_requests", &[]) < 0.5
            && scrape.sum("db_client_connection_pending_requests", &[]) < 0.5
    });
    let mut scrape = scrape.await;
    // At rest: what came after a client had left is on the page, too.
    while (scrape.sum("http_server_request_duration_seconds_count", &[]) - requests).abs() > 0.5 {
        requests = scrape.sum("http_server_request_duration_seconds_count", &[]);
        tokio::time::sleep(Duration::from_millis(300)).await;
        scrape = shop.scrape().await;
    }
    for (error, least) in [("cancelled", 1.0), ("panic", 9.5), ("500", 31.5)] {
        let duration = "http_server_request_duration_seconds_count";
        let ended = scrape.sum(duration, &[("error_type", error)]);
        assert!(ended >= least, "{error}: {ended}");
    }

    let duration = by_route(&scrape, "http_server_request_duration_seconds_sum");
    let parts = by_route(&scrape, "kymo_http_server_request_time_seconds_total");
    assert!(duration.len() >= 10, "{duration:#?}");
    assert_eq!(duration.keys().collect::<Vec<_>>(), parts.keys().collect::<Vec<_>>());
    for (route, seconds) in &duration {
        assert!((seconds - parts[route]).abs() < 1e-6, "{route}: {seconds} {}", parts[route]);
    }

    let of_bills = [
        "kymo_http_server_request_time_seconds_total",
        "kymo_http_server_request_operations_count",
        "kymo_http_server_request_blocking_total",
    ];
    for route in duration.keys() {
        let of_route = [("http_route", route.as_str())];
        let series = of_bills.iter().map(|name| scrape.samples(name, &of_route).count());
        assert!(series.sum::<usize>() <= 12, "{route}");
    }

    let database = "db_client_operation_duration_seconds_count";
    let client = "http_client_request_duration_seconds_count";
    for (kind, metric, labels) in [
        ("sql", database, &[("db_system_name", "sqlite")][..]),
        ("redis", database, &[("db_system_name", "redis")]),
        ("http_client", client, &[]),
    ] {
        let of_kind = [("kymo_operation_kind", kind)];
        let inside = scrape.sum("kymo_http_server_request_operations_sum", &of_kind);
        let outside = scrape.sum("kymo_http_server_request_outside_total", &of_kind);
        let all = scrape.sum(metric, labels);
        assert!(inside > 4.5, "{kind}: {inside}");
        assert!((inside + outside - all).abs() < 0.5, "{kind}: {inside} + {outside} of {all}");
    }
}
