use std::time::Duration;

use integration_tests::{Browser, Screen};
use kymo::{
    Telemetry,
    prometheus::{Listener, Server},
};
use serde_json::Value;

use super::{STATE, open, shop};

/// A program that has sold so many, on this port or any.
async fn start(sold: u64, port: u16) -> (Telemetry, Server) {
    let telemetry = shop().build().unwrap();
    let cache = telemetry.cache("books");
    cache.count(kymo::cache::CacheResult::Hit, sold);
    let listener = Listener::ports("127.0.0.1", port..=port);
    let server = telemetry.serve_on(listener).await.unwrap();
    (telemetry, server)
}

const HITS: &str = "[...document.querySelectorAll('#caches tbody td')].map((it) => it.textContent)";

fn has(cells: &Value, text: &str) -> bool {
    cells.as_array().unwrap().iter().any(|cell| cell == text)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_program_is_said_and_a_restarted_one_is_told_from_a_reset() {
    let (first, server) = start(4_321, 0).await;
    let port = server.local_addr().unwrap().port();
    let browser = Browser::start().await;
    let tab = open(&browser, &format!("http://127.0.0.1:{port}/live"), Screen::WIDE).await;
    tab.until(HITS, |cells| has(cells, "4,321")).await;
    assert_eq!(tab.errors(), Vec::<String>::new());

    server.shutdown(Duration::ZERO).await;
    tab.until(STATE, |state| state == "lost").await;
    let said = tab.evaluate("document.getElementById('status').textContent").await;
    assert!(said.as_str().unwrap().starts_with("No answer since "), "{said}");
    // What was there is there, and seen to be old.
    assert!(has(&tab.evaluate(HITS).await, "4,321"));
    let opacity = "Number(getComputedStyle(document.querySelector('main')).opacity)";
    tab.until(opacity, |opacity| opacity.as_f64().unwrap() < 0.8).await;
    drop(first);

    let (_second, _server) = start(7, port).await;
    tab.until(STATE, |state| state == "live").await;
    tab.until(HITS, |cells| has(cells, "7")).await;
    let notice = tab.evaluate("document.getElementById('notice').textContent").await;
    assert!(notice.as_str().unwrap().contains("restarted"), "{notice}");
    tab.until(opacity, |opacity| opacity.as_f64().unwrap() > 0.99).await;
    // The browser says that it could not connect, and the page says nothing.
    for error in tab.errors() {
        assert!(error.contains("ERR_CONNECTION_REFUSED") || error.contains("ERR_EMPTY"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_pauses_asks_for_nothing() {
    let (_telemetry, server) = start(1, 0).await;
    let browser = Browser::start().await;
    let url = format!("http://{}/live", server.local_addr().unwrap());
    let tab = open(&browser, &url, Screen::WIDE).await;
    let asked = "performance.getEntriesByType('resource')\
        .filter((it) => it.name.includes('since=')).length";
    tab.evaluate("document.getElementById('pause').click()").await;
    assert_eq!(tab.evaluate(STATE).await, "paused");
    tokio::time::sleep(Duration::from_millis(500)).await;
    let before = tab.evaluate(asked).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(tab.evaluate(asked).await, before);
    tab.evaluate("document.getElementById('pause').click()").await;
    tab.until(STATE, |state| state == "live").await;
    assert_eq!(tab.errors(), Vec::<String>::new());
}
