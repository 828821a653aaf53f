//! The questions that the documents ask Prometheus.

mod caches;
mod databases;
mod grpc;
mod http;
mod http_clients;
mod process;

use std::{fs, path::Path, time::Duration};

use integration_tests::{Prometheus, eventually};

/// A rate takes two scrapes, and a busy machine some more.
pub(crate) const SCRAPED: Duration = Duration::from_secs(30);

/// Every block of PromQL in `docs/` + `document`.
pub(crate) fn of(document: &str) -> Vec<String> {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(document);
    let document = fs::read_to_string(document).unwrap();
    let blocks = document.split("```promql\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap().trim().to_owned()).collect()
}

/// Asks each of them, after some more `traffic` each time, until it has an answer, which is a number.
pub(crate) async fn ask(prometheus: &Prometheus, questions: &[String], traffic: impl AsyncFn()) {
    for question in questions {
        let look = async || {
            traffic().await;
            prometheus.query(question).await
        };
        let answer = eventually(SCRAPED, look, |answer| {
            !answer.is_empty() && answer.iter().all(|sampled| sampled.value.is_finite())
        });
        answer.await;
    }
}
