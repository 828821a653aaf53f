//! Prometheus answers the questions of `docs/caches.md`.

use http::Method;
use integration_tests::{Bookshop, Prometheus, Redis, eventually};

use crate::documents::questions;

const BOOK: &str = r#"{"title":"Dune","author":"Frank Herbert"}"#;

/// A new book, which is missing once and found twice.
async fn round(shop: &Bookshop) {
    let made = shop.client().send(Method::POST, "/books", BOOK).await;
    for _ in 0..3 {
        shop.client().get(made.header("location")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_of_the_document_has_an_answer() {
    let redis = Redis::start();
    let mut gone = Redis::start();
    gone.kill();
    let in_redis = |redis: &Redis| Bookshop::start_with(&["--redis-url", &redis.url()]);
    let shops = [Bookshop::start(), in_redis(&redis), in_redis(&gone)];
    let rounds = async || {
        for shop in &shops {
            round(shop).await;
        }
    };
    // The series are there before the first scrape, so that what comes after it is a rate.
    rounds().await;
    let prometheus = Prometheus::scraping_all(&shops.each_ref().map(Bookshop::address)).await;
    let questions = questions::of("caches.md");
    assert!(questions.len() >= 10, "{questions:#?}");
    questions::ask(&prometheus, &questions, &rounds).await;

    // One query for both kinds of cache: each is asked three times a round, and has it twice.
    let ratio = questions.iter().find(|question| question.contains("hit")).unwrap();
    let each = ratio.replace("kymo_cache_name", "instance");
    let ratios = async || {
        rounds().await;
        prometheus.query(&each).await
    };
    let is_two_thirds = |ratio: f64| (0.6..0.75).contains(&ratio);
    let ratios = eventually(questions::SCRAPED, ratios, |ratios| {
        ratios.iter().filter(|ratio| is_two_thirds(ratio.value)).count() == 2
    });
    ratios.await;
}
