//! The questions that the documents ask Prometheus.

mod caches;
mod databases;
mod grpc;
mod guide;
mod http;
mod http_clients;
mod jobs;
mod process;
mod why_is_it_slow;

use std::{fs, path::Path, time::Duration};

use integration_tests::{Prometheus, Sampled, eventually};

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
    let is_answer = |answer: &[Sampled]| !answer.is_empty() && are_numbers(answer);
    ask_until(prometheus, questions, traffic, is_answer).await;
}

/// As [`ask`], where the traffic has in it what each question asks about: a number above zero.
pub(crate) async fn find(prometheus: &Prometheus, questions: &[String], traffic: impl AsyncFn()) {
    let is_found = |answer: &[Sampled]| {
        answer.iter().any(|sampled| sampled.value > 0.0) && are_numbers(answer)
    };
    ask_until(prometheus, questions, traffic, is_found).await;
}

async fn ask_until(
    prometheus: &Prometheus,
    questions: &[String],
    traffic: impl AsyncFn(),
    is_answer: impl Fn(&[Sampled]) -> bool,
) {
    for question in questions {
        let look = async || {
            traffic().await;
            // Whoever gives up says what was asked.
            (question, prometheus.query(question).await)
        };
        eventually(SCRAPED, look, |(_, answer)| is_answer(answer)).await;
    }
}

fn are_numbers(answer: &[Sampled]) -> bool {
    answer.iter().all(|sampled| sampled.value.is_finite())
}
