//! Prometheus answers the questions of the guide that are about no single part.

use http::Method;
use integration_tests::{Bookshop, Prometheus};

use crate::documents::questions;

const BOOK: &str = r#"{"title":"Dune","author":"Frank Herbert"}"#;

/// Each kind of request, of which one fails.
async fn round(shop: &Bookshop) {
    shop.client().send(Method::POST, "/books", BOOK).await;
    for path in ["/books", "/books/1", "/fail"] {
        shop.client().get(path).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_of_the_guide_has_an_answer() {
    // It pushes, too, and where to nobody listens.
    let shop = Bookshop::start_in(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "500"),
        ("OTEL_RESOURCE_ATTRIBUTES", "service.version=1.2"),
    ]);
    round(&shop).await;
    let prometheus = Prometheus::scraping(shop.address()).await;
    for (document, least) in
        [("start.md", 2), ("otlp.md", 2), ("fleets.md", 4), ("cardinality.md", 4)]
    {
        let questions = questions::of(document);
        assert!(questions.len() >= least, "{document}: {questions:#?}");
        questions::ask(&prometheus, &questions, async || round(&shop).await).await;
    }
}
