//! The page for people, of a telemetry.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
    routing::get,
};
use kymo::{
    MetricKind, Telemetry, TelemetryBuilder,
    cache::CacheResult,
    live::{PATH, attributes, metrics},
    prometheus::{Access, Translation, exposition::Kind},
};
use serde_json::Value;
use tower::ServiceExt;

fn shop() -> TelemetryBuilder {
    let variables: [(&str, &str); 0] = [];
    Telemetry::for_service("shop").prometheus().environment(variables)
}

async fn ask(telemetry: &Telemetry, uri: &str, token: &str) -> (StatusCode, String) {
    let request = Request::get(uri).header("authorization", token).body(Body::empty()).unwrap();
    let response = telemetry.live().oneshot(request).await.unwrap();
    let status = response.status();
    let body = to_bytes(Body::new(response.into_body()), usize::MAX).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

/// What the page would show, once it has something to show.
async fn shown(telemetry: &Telemetry) -> Value {
    let begun = Instant::now();
    loop {
        let (status, body) = ask(telemetry, "/live?since=", "").await;
        assert_eq!(status, StatusCode::OK, "{body}");
        let document: Value = serde_json::from_str(&body).unwrap();
        if document["seq"] != 0 {
            return document;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{document}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The numbers in the column of each row of a section, by the key of the row.
fn column(document: &Value, section: &str, column: &str) -> BTreeMap<String, f64> {
    let find = |all: &Value| {
        all.as_array().unwrap().iter().find(|it| it["id"] == section).cloned().unwrap_or_default()
    };
    let columns = find(&document["layout"])["columns"].as_array().unwrap().clone();
    let place = columns.iter().position(|it| it["id"] == column).unwrap();
    let rows = find(&document["sections"])["rows"].as_array().cloned().unwrap_or_default();
    let key = |row: &Value| {
        let parts = row["key"].as_array().unwrap().iter().map(|part| part.as_str().unwrap());
        parts.collect::<Vec<_>>().join(" ")
    };
    rows.iter().map(|row| (key(row), row["now"][place].as_f64().unwrap_or(f64::NAN))).collect()
}

async fn serve(telemetry: &Telemetry, times: usize) {
    let app = Router::new()
        .route("/books/{id}", get(async || "Dune"))
        .layer(telemetry.http())
        .route_service("/live", telemetry.live());
    for number in 0..times {
        let request = Request::get(format!("/books/{number}")).body(Body::empty()).unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        to_bytes(response.into_body(), usize::MAX).await.unwrap();
    }
}

#[test]
fn every_metric_and_attribute_that_the_page_looks_for_is_declared() {
    let mut declared: BTreeMap<&str, BTreeSet<(&str, &str)>> = BTreeMap::new();
    let mut keys = BTreeSet::new();
    for metric in kymo::declared_metrics() {
        let kind = match metric.kind {
            MetricKind::Counter => "Counter",
            MetricKind::UpDownCounter | MetricKind::Gauge => "Gauge",
            MetricKind::Histogram { .. } => "Histogram",
        };
        declared.entry(metric.name).or_default().insert((metric.unit, kind));
        keys.extend(metric.attributes.iter().map(|key| key.name));
    }
    for metric in metrics() {
        let kind = match metric.kind {
            Kind::Counter => "Counter",
            Kind::Gauge => "Gauge",
            Kind::Histogram => "Histogram",
            other => panic!("{other:?}"),
        };
        let known = declared.get(metric.name).unwrap_or_else(|| panic!("{}", metric.name));
        assert!(known.contains(&(metric.unit, kind)), "{metric:?}: {known:?}");
    }
    for attribute in attributes() {
        assert!(keys.contains(attribute), "{attribute}");
    }
}

#[tokio::test]
async fn the_page_shows_what_was_counted_under_whichever_names() {
    for translation in Translation::ALL {
        let telemetry = shop().translation(translation).namespace("a_shop").build().unwrap();
        serve(&telemetry, 7).await;
        let document = shown(&telemetry).await;
        let total = column(&document, "http", "total");
        assert_eq!(total, BTreeMap::from([("GET /books/{id}".to_owned(), 7.0)]), "{translation}");
        assert_eq!(document["service"], "shop", "{translation}");
    }
}

#[tokio::test]
async fn the_page_shows_how_a_pool_a_cache_and_a_repository_stand() {
    let telemetry = shop().process().build().unwrap();
    let options = sqlx::sqlite::SqlitePoolOptions::new().max_connections(3);
    let pool = telemetry.sqlx(options.connect("sqlite::memory:").await.unwrap());
    for _ in 0..5 {
        sqlx::query("SELECT 1").fetch_all(&pool).await.unwrap();
    }
    let cache = telemetry.cache("books");
    cache.count(CacheResult::Hit, 3);
    cache.count(CacheResult::Miss, 1);
    let document = shown(&telemetry).await;
    let of = |section, name| column(&document, section, name).into_values().next();
    assert_eq!((of("sql", "total"), of("pools", "max")), (Some(5.0), Some(3.0)), "{document}");
    assert_eq!((of("caches", "hits"), of("caches", "misses")), (Some(3.0), Some(1.0)));
    assert!(of("process", "memory").unwrap() > 1e6, "{document}");
    let lacking = document["lacking"].as_array().unwrap();
    assert!(lacking.contains(&"repositories".into()) && !lacking.contains(&"sql".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn those_see_the_page_who_may_scrape_and_nothing_is_read_for_others() {
    let access = Access::new().bearer_token("the-right-token");
    let telemetry = shop().access(access).build().unwrap();
    for token in ["", "Bearer another"] {
        for uri in ["/live", "/live?since=", "/live?script="] {
            assert_eq!(ask(&telemetry, uri, token).await.0, StatusCode::UNAUTHORIZED, "{uri}");
        }
    }
    let (status, page) = ask(&telemetry, "/live", "Bearer the-right-token").await;
    assert!(status == StatusCode::OK && page.starts_with("<!DOCTYPE html>"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_listener_of_the_endpoint_has_the_page_too() {
    let telemetry = shop().build().unwrap();
    let page = super::scrape::get(&telemetry, PATH).await;
    assert!(page.starts_with("HTTP/1.1 200 OK") && page.contains("<!DOCTYPE html>"), "{page}");
    let overview = super::scrape::get(&telemetry, "/").await;
    assert!(overview.contains("<a href=\"/live\">"), "{overview}");
}

#[tokio::test]
async fn without_an_exporter_the_page_says_what_to_do() {
    let variables: [(&str, &str); 0] = [];
    let telemetry = Telemetry::for_service("shop").environment(variables).build().unwrap();
    let (status, said) = ask(&telemetry, "/live", "").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(said.contains("`.prometheus()`"), "{said}");
}
