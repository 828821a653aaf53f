//! What the shop emits is what `kymo.lock` says, and its alerts ask for nothing else.

use std::{fs, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Method, Request},
};
use kymo::{
    Telemetry,
    testing::{TestTelemetry, contract},
};
use tower::ServiceExt;

use crate::{
    cache::BookCache, objectives::promise, reviews::Reviews, routes::router, shutdown::Shutdown,
    store::Store,
};

const DUNE: &str = r#"{"title":"Dune","author":"Frank Herbert"}"#;

/// Where the schema stands is read in the background.
const SOON: Duration = Duration::from_secs(30);

/// Asks the shop, and reads the answer to its end.
async fn ask(app: &Router, method: Method, path: &str, body: &str) {
    let request = Request::builder().method(method).uri(path);
    let request =
        request.header("content-type", "application/json").body(Body::from(body.to_owned()));
    let answer = app.clone().oneshot(request.unwrap()).await.unwrap();
    to_bytes(answer.into_body(), usize::MAX).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shop_emits_what_its_contract_says() {
    // What the process has to tell differs from machine to machine.
    let telemetry = promise(Telemetry::for_service("bookshop").prometheus());
    let telemetry = TestTelemetry::of(telemetry);
    let store = Store::open(&telemetry, None).await.unwrap();
    let cache = BookCache::open(&telemetry, None).unwrap();
    let reviews = Reviews::open(&telemetry).await.unwrap();
    let app = router(&telemetry, &store, cache, reviews, 1, Shutdown::on_signals().unwrap());
    for (method, path, body) in [
        (Method::POST, "/books", DUNE),
        (Method::GET, "/books/1", ""),
        (Method::GET, "/books/1", ""),
        (Method::PUT, "/books/1", DUNE),
        (Method::GET, "/books", ""),
        (Method::POST, "/orders", r#"{"book":1,"copies":1}"#),
        (Method::DELETE, "/books/1", ""),
        (Method::GET, "/authors", ""),
        (Method::GET, "/bestsellers", ""),
        (Method::GET, "/ledger", ""),
        (Method::GET, "/receipt", ""),
        (Method::GET, "/reviews", ""),
        (Method::GET, "/shelves/1", ""),
        (Method::GET, "/fail", ""),
        (Method::GET, "/stream", ""),
        (Method::GET, "/metrics", ""),
    ] {
        ask(&app, method, path, body).await;
    }
    let events = Request::get("/events").body(Body::empty()).unwrap();
    drop(app.clone().oneshot(events).await.unwrap());
    telemetry.eventually(SOON, |metrics| metrics.named("kymo.migrations").next().is_some()).await;

    let contract = contract("kymo.lock");
    contract.assert_kept(&telemetry);

    let rules = tempfile::Builder::new().suffix(".yml").tempfile().unwrap();
    fs::write(&rules, telemetry.rules().to_string()).unwrap();
    contract.check_rules(rules.path());
}
