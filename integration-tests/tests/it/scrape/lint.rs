//! The linter of Prometheus finds only what the conventions force.

use std::collections::BTreeSet;

use http::Method;
use integration_tests::{Bookshop, load, promtool};
use opentelemetry_semantic_conventions::metric;

/// Gauges to which the semantic conventions give names that the linter keeps for histograms.
const CONVENTIONAL: [&str; 3] = [
    metric::DB_CLIENT_CONNECTION_COUNT,
    metric::PROCESS_THREAD_COUNT,
    metric::PROCESS_UNIX_FILE_DESCRIPTOR_COUNT,
];

#[tokio::test(flavor = "multi_thread")]
async fn promtool_finds_only_what_the_conventions_force() {
    let shop = Bookshop::start();
    load::run(shop.client(), 2, 2).await;
    let events = shop.client().open(Method::GET, "/events").await.unwrap();
    let answer = shop.client().get("/metrics").await;
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let verdict = promtool::check_metrics(answer.text());
    assert!(verdict.parsed(), "{}\n{}", verdict.findings, answer.text());
    let findings = verdict.findings.lines().filter(|line| !line.is_empty());
    let findings: BTreeSet<_> = findings.map(str::to_owned).collect();
    let reason = "non-histogram and non-summary metrics should not have \"_count\" suffix";
    let forced = CONVENTIONAL.map(|name| format!("{} {reason}", name.replace('.', "_")));
    assert_eq!(findings, forced.into(), "{}", answer.text());
    drop(events);
}
