use std::time::Duration;

use integration_tests::{Browser, Screen};
use kymo::prometheus::{Listener, Registry};
use prometheus::{HistogramOpts, HistogramVec};
use serde_json::Value;

use super::{TABLES, open, shop};

const SERIES: usize = 10_000;
const EVIL: &str = "\"></script><img src=x onerror=\"window.pwned=1\">/{id}";

/// Requests of ten thousand routes, one of which is called as badly as can be.
fn crowd() -> (Registry, HistogramVec) {
    let name = "http_server_request_duration_seconds";
    let labels = ["http_request_method", "http_route"];
    let requests = HistogramVec::new(HistogramOpts::new(name, "Requests."), &labels).unwrap();
    for route in 1..SERIES {
        requests.with_label_values(&["GET", &format!("/a/route/{route}")]).observe(0.01);
    }
    requests.with_label_values(&["GET", EVIL]).observe(0.01);
    let registry = Registry::new();
    registry.register(Box::new(requests.clone())).unwrap();
    (registry, requests)
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_series_do_not_freeze_the_page_and_none_of_them_is_markup() {
    let (registry, requests) = crowd();
    let telemetry = shop().registry(registry).build().unwrap();
    let server = telemetry.serve_on(Listener::ports("127.0.0.1", 0..=0)).await.unwrap();
    let browser = Browser::start().await;
    let url = format!("http://{}/live", server.local_addr().unwrap());
    let tab = open(&browser, &url, Screen::WIDE).await;
    tab.evaluate("window.longTasks.length = 0").await;
    let busy = tokio::spawn(async move {
        loop {
            requests.with_label_values(&["GET", EVIL]).observe(0.2);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let rows = |tables: &Value| tables["http"].as_array().cloned().unwrap_or_default();
    let is_first = |tables: &Value| rows(tables).first().is_some_and(|row| row["route"] == EVIL);
    let tables = tab.until(TABLES, is_first).await;
    assert_eq!(rows(&tables).len(), 25);
    let more = tab.evaluate("document.querySelector('#http .more').textContent").await;
    assert_eq!(
        more,
        "Not shown, but in the sums above: 375 rows more, 9,600 series beyond the rows that are kept."
    );
    let sum = tab.evaluate("document.querySelector('#http header p').textContent").await;
    let sum = sum.as_str().unwrap().strip_prefix("GET · ").unwrap();
    let sum = sum.split(' ').next().unwrap().replace(',', "");
    assert!(sum.parse::<usize>().unwrap() >= SERIES, "{sum}");
    assert!(tab.evaluate("window.pwned ?? null").await.is_null());
    assert_eq!(tab.evaluate("document.querySelectorAll('img, iframe').length").await, 0);

    tokio::time::sleep(Duration::from_secs(6)).await;
    busy.abort();
    let longest = tab.evaluate("Math.max(0, ...window.longTasks)").await;
    assert!(longest.as_f64().unwrap() < 500.0, "it stood still for {longest} ms");
    let sizes = "performance.getEntriesByType('resource')\
        .filter((it) => it.name.includes('since=')).slice(-3).map((it) => it.transferSize)";
    for size in tab.evaluate(sizes).await.as_array().unwrap() {
        assert!(size.as_u64().unwrap() < 6_000, "{size} bytes");
    }
    assert_eq!(tab.errors(), Vec::<String>::new());
}
