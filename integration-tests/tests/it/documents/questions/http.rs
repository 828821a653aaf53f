//! Prometheus answers the questions of `docs/http.md`.

use std::time::Duration;

use http::Method;
use integration_tests::{Bookshop, Prometheus};
use tokio::time::timeout;

use crate::documents::questions;

const BOOK: &str = r#"{"title":"Dune","author":"Frank Herbert"}"#;

/// One request of each kind: answered, refused, failed, given up, and streamed until it is left.
async fn round(shop: &Bookshop) {
    shop.client().send(Method::POST, "/books", BOOK).await;
    for path in ["/books", "/books/1", "/books/999999", "/fail"] {
        shop.client().get(path).await;
    }
    for path in ["/slow?ms=60000", "/events"] {
        let left = timeout(Duration::from_millis(50), shop.client().get(path));
        left.await.expect_err("it has no end");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_about_http_has_an_answer() {
    let shop = Bookshop::start();
    // The series are there before the first scrape, so that what comes after it is a rate.
    round(&shop).await;
    let prometheus = Prometheus::scraping(shop.address()).await;
    let questions = questions::of("http.md");
    assert!(questions.len() >= 13, "{questions:#?}");
    questions::ask(&prometheus, &questions, async || round(&shop).await).await;
}
