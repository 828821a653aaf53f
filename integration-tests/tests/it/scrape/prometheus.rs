//! A real Prometheus server sees what really happened.

use std::time::Duration;

use integration_tests::{
    Bookshop, Prometheus, eventually,
    load::{self, Tally},
};

const WORKERS: usize = 8;
const ROUNDS: usize = 125;

/// A scrape every second, and one more to be sure.
const SCRAPED: Duration = Duration::from_secs(15);

const BY_REQUEST: &str = "sum by (http_request_method, http_route, http_response_status_code) \
                          (http_server_request_duration_seconds_count)";

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_counts_exactly_the_requests_that_were_sent() {
    let shop = Bookshop::start();
    let prometheus = Prometheus::scraping(shop.address()).await;

    let sent = load::run(shop.client(), WORKERS, ROUNDS).await;
    assert_eq!(load::total(&sent), 10_000);

    let look = async || tally(&prometheus).await;
    eventually(SCRAPED, look, |seen| load::total(seen) >= load::total(&sent)).await;
    // Scrapes are no traffic: the count stays although they go on.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(tally(&prometheus).await, sent);

    let total = Some(10_000.0);
    let buckets = "sum(http_server_request_duration_seconds_bucket{le=\"+Inf\"})";
    assert_eq!(prometheus.value(buckets).await, total);
    let failed = "sum(http_server_request_duration_seconds_count{error_type=\"500\"})";
    assert_eq!(prometheus.value(failed).await, Some(1_000.0));
    assert_eq!(prometheus.value("sum(http_server_active_requests)").await, Some(0.0));
    let handled = "sum(kymo_http_server_handler_duration_seconds_count)";
    assert_eq!(prometheus.value(handled).await, total);

    let resets = "max(resets(http_server_request_duration_seconds_count[5m]))";
    assert_eq!(prometheus.value(resets).await, Some(0.0), "a count never falls");

    let median = "histogram_quantile(0.5, sum by (le) \
                  (rate(http_server_request_duration_seconds_bucket[1m])))";
    let median = prometheus.value(median).await.expect("a median");
    assert!(median > 0.0 && median < 1.0, "{median}");
    let name = "count(target_info{service_name=\"bookshop\"})";
    assert_eq!(prometheus.value(name).await, Some(1.0), "{}", prometheus.target().await);
}

/// The same table as the load's, from Prometheus.
async fn tally(prometheus: &Prometheus) -> Tally {
    let counts = prometheus.query(BY_REQUEST).await;
    let rows = counts.into_iter().map(|mut count| {
        let mut label = |key| count.labels.remove(key).unwrap_or_default();
        let method = label("http_request_method");
        let route = label("http_route");
        let status = label("http_response_status_code").parse().unwrap_or(0);
        // A count of requests is far below 2^53.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "see above")]
        let requests = count.value as u64;
        ((method, route, status), requests)
    });
    rows.collect()
}
