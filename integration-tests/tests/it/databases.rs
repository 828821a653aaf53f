//! What `docs/databases.md` asks Prometheus.

use std::{fs, time::Duration};

use http::Method;
use integration_tests::{Bookshop, Prometheus, eventually};

/// A rate takes two scrapes, and a busy machine some more.
const SCRAPED: Duration = Duration::from_secs(30);

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

fn questions() -> Vec<String> {
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/databases.md");
    let document = fs::read_to_string(document).unwrap();
    let blocks = document.split("```promql\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap().trim().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_of_the_document_has_an_answer() {
    let shop = Bookshop::start();
    // The series are there before the first scrape, so that what comes after it is a rate.
    round(&shop).await;
    let prometheus = Prometheus::scraping(shop.address()).await;
    let questions = questions();
    assert!(questions.len() >= 11, "{questions:#?}");
    for question in questions {
        let look = async || {
            round(&shop).await;
            prometheus.query(&question).await
        };
        let answer = eventually(SCRAPED, look, |answer| {
            !answer.is_empty() && answer.iter().all(|sampled| sampled.value.is_finite())
        });
        answer.await;
    }
}
