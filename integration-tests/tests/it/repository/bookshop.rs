//! The bookshop's metrics page shows its repositories.

use std::collections::BTreeMap;

use http::Method;
use integration_tests::{Bookshop, Prometheus, Sampled, Scrape, eventually};

use crate::documents::questions;

const COUNT: &str = "kymo_repository_operation_duration_seconds_count";
const CHANGES: &str = "kymo_repository_entity_changes_total";
const DUNE: &str = r#"{"title":"Dune","author":"Frank Herbert"}"#;

async fn scrape(shop: &Bookshop) -> Scrape {
    Scrape::parse(shop.client().get("/metrics").await.text()).unwrap()
}

/// The samples of `name` by the values of `labels`, one after the other.
fn by<const N: usize>(scrape: &Scrape, name: &str, labels: [&str; N]) -> BTreeMap<String, u64> {
    let samples = scrape.samples(name, &[]).map(|sample| {
        let labels = labels.map(|label| sample.label(label).unwrap_or("")).join(" ");
        #[expect(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "a count")]
        let count = sample.value as u64;
        (labels.trim_end().to_owned(), count)
    });
    samples.collect()
}

fn operations(scrape: &Scrape) -> BTreeMap<String, u64> {
    by(scrape, COUNT, ["kymo_repository_name", "kymo_repository_method", "error_type"])
}

fn changes(scrape: &Scrape) -> BTreeMap<String, u64> {
    by(scrape, CHANGES, ["kymo_entity_name", "kymo_entity_operation"])
}

fn expected(of: &[(&str, u64)]) -> BTreeMap<String, u64> {
    of.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn before_any_traffic_every_method_and_entity_is_there_at_zero() {
    let shop = Bookshop::start();
    let scrape = scrape(&shop).await;
    let methods = ["books all", "books delete", "books find", "books insert", "books update"];
    let orders = ["orders place", "orders place no_book", "orders place sold_out"];
    let all: Vec<_> = methods.into_iter().chain(orders).map(|method| (method, 0)).collect();
    assert_eq!(operations(&scrape), expected(&all));
    let all = [
        ("book delete", 0),
        ("book insert", 0),
        ("book update", 0),
        ("order delete", 0),
        ("order insert", 0),
        ("order update", 0),
    ];
    assert_eq!(changes(&scrape), expected(&all));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_is_counted_once_and_only_what_was_kept_has_changed() {
    let shop = Bookshop::start();
    let status =
        async |method, path, json| shop.client().send(method, path, json).await.status.as_u16();
    assert_eq!(status(Method::POST, "/books", DUNE).await, 201);
    assert_eq!(status(Method::POST, "/books", DUNE).await, 201);
    assert_eq!(status(Method::PUT, "/books/1", DUNE).await, 200);
    assert_eq!(status(Method::PUT, "/books/99", DUNE).await, 404);
    assert_eq!(status(Method::GET, "/books", "").await, 200);
    assert_eq!(status(Method::GET, "/books/1", "").await, 200);
    assert_eq!(status(Method::DELETE, "/books/2", "").await, 204);
    assert_eq!(status(Method::DELETE, "/books/2", "").await, 404);
    assert_eq!(status(Method::POST, "/orders", r#"{"book":99,"copies":1}"#).await, 404);
    let before = changes(&scrape(&shop).await);
    // The order is inserted, and then there are too few copies: it is rolled back.
    assert_eq!(status(Method::POST, "/orders", r#"{"book":1,"copies":9}"#).await, 409);
    assert_eq!(changes(&scrape(&shop).await), before);
    assert_eq!(status(Method::POST, "/orders", r#"{"book":1,"copies":2}"#).await, 201);

    let scrape = scrape(&shop).await;
    let all = [
        ("books all", 1),
        ("books delete", 2),
        ("books find", 1),
        ("books insert", 2),
        ("books update", 2),
        ("orders place", 1),
        ("orders place no_book", 1),
        ("orders place sold_out", 1),
    ];
    assert_eq!(operations(&scrape), expected(&all));
    let all = [
        ("book delete", 1),
        ("book insert", 2),
        ("book update", 2),
        ("order delete", 0),
        ("order insert", 1),
        ("order update", 0),
    ];
    assert_eq!(changes(&scrape), expected(&all));
}

/// A database does not tell what it deletes along with what it was told to.
#[tokio::test(flavor = "multi_thread")]
async fn rows_that_cascade_are_not_seen() {
    let shop = Bookshop::start();
    shop.client().send(Method::POST, "/books", DUNE).await;
    shop.client().send(Method::POST, "/orders", r#"{"book":1,"copies":2}"#).await;
    let deleted = shop.client().send(Method::DELETE, "/books/1", "").await;
    assert_eq!(deleted.status.as_u16(), 204);
    let scrape = scrape(&shop).await;
    let changes = changes(&scrape);
    assert_eq!((changes["book delete"], changes["order delete"]), (1, 0));
    let rows = [("db_operation_name", "DELETE"), ("db_collection_name", "orders")];
    assert_eq!(scrape.samples("kymo_db_rows_changed_total", &rows).count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_of_the_document_has_an_answer() {
    let shop = Bookshop::start();
    let round = async || {
        let made = shop.client().send(Method::POST, "/books", DUNE).await;
        let book = &made.json()["id"];
        for copies in [9, 2] {
            let order = format!(r#"{{"book":{book},"copies":{copies}}}"#);
            shop.client().send(Method::POST, "/orders", &order).await;
        }
        let location = made.header("location");
        shop.client().get(location).await;
        shop.client().send(Method::PUT, location, DUNE).await;
        shop.client().send(Method::DELETE, location, "").await;
        shop.client().get("/books").await;
    };
    let prometheus = Prometheus::scraping(shop.address()).await;
    let questions = questions::of("repositories.md");
    assert!(questions.len() >= 6, "{questions:#?}");
    questions::ask(&prometheus, &questions, round).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_very_first_error_and_change_are_increases() {
    let shop = Bookshop::start();
    let prometheus = Prometheus::scraping(shop.address()).await;
    // The zeros have to be scraped before anything happens.
    let there = format!("{COUNT}{{error_type=\"sold_out\"}} == 0 and on () {CHANGES} == 0");
    let look = async || prometheus.query(&there).await;
    eventually(questions::SCRAPED, look, |answer| !answer.is_empty()).await;
    shop.client().send(Method::POST, "/books", DUNE).await;
    shop.client().send(Method::POST, "/orders", r#"{"book":1,"copies":9}"#).await;
    for first in [
        format!("increase({COUNT}{{error_type=\"sold_out\"}}[1m])"),
        format!(
            "increase({CHANGES}{{kymo_entity_name=\"book\",kymo_entity_operation=\"insert\"}}[1m])"
        ),
    ] {
        let look = async || prometheus.query(&first).await;
        let is_seen = |answer: &Vec<Sampled>| answer.iter().any(|one| one.value > 0.5);
        eventually(questions::SCRAPED, look, is_seen).await;
    }
}
