//! Prometheus answers the questions of `docs/databases.md`.

use http::Method;
use integration_tests::{Bookshop, Prometheus};

use crate::documents::questions;

const BOOK: &str = r#"{"title":"Dune","author":"Frank Herbert"}"#;

/// One order of each kind: taken, refused for want of copies, and for want of a book.
async fn round(shop: &Bookshop) {
    let made = shop.client().send(Method::POST, "/books", BOOK).await;
    let book = made.json()["id"].to_string();
    for (book, copies) in [(&*book, 2), (&*book, 2), ("999999", 1)] {
        let order = format!(r#"{{"book":{book},"copies":{copies}}}"#);
        shop.client().send(Method::POST, "/orders", &order).await;
    }
    shop.client().get("/books").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_of_the_document_has_an_answer() {
    let shop = Bookshop::start();
    // The series are there before the first scrape, so that what comes after it is a rate.
    round(&shop).await;
    let prometheus = Prometheus::scraping(shop.address()).await;
    let questions = questions::of("databases.md");
    assert!(questions.len() >= 11, "{questions:#?}");
    questions::ask(&prometheus, &questions, async || round(&shop).await).await;
}
