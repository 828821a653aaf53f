//! `docs/process.md` lists every metric, and Prometheus answers its questions.

use std::{collections::BTreeSet, fs};

use integration_tests::{Bookshop, Prometheus};

use crate::documents::{questions, sources};

#[tokio::test(flavor = "multi_thread")]
async fn every_question_of_the_document_has_an_answer() {
    let shop = Bookshop::start();
    let prometheus = Prometheus::scraping(shop.address()).await;
    let questions = questions::of("process.md");
    assert!(questions.len() >= 12, "{questions:#?}");
    let round = async || drop(shop.client().get("/books").await);
    questions::ask(&prometheus, &questions, round).await;
}

#[test]
fn every_metric_of_the_process_is_in_the_document_and_no_other() {
    let document = fs::read_to_string(sources::root().join("docs/process.md")).unwrap();
    let rows = document.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let listed: BTreeSet<_> = rows.collect();
    // The classic names have no dots, and what only `tokio_unstable` tells is not listed.
    let tokio = [
        "workers",
        "worker.busy_time",
        "worker.parks",
        "alive_tasks",
        "global_queue.depth",
        "delay",
    ];
    let tokio: Vec<_> = tokio.iter().map(|name| format!("kymo.tokio.{name}")).collect();
    let declared = kymo::declared_metrics().map(|metric| metric.name).filter(|name| {
        let is_of_runtimes = tokio.iter().any(|known| known == name);
        name.starts_with("process.") || name.starts_with("kymo.build.") || is_of_runtimes
    });
    assert_eq!(listed, declared.collect());
}
