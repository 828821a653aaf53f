//! What the linter of Prometheus thinks of the bookshop's metrics.

use http::Method;
use integration_tests::{Bookshop, load, promtool};

/// Gauges to which the semantic conventions, or their rules for names, give names that the linter
/// keeps for histograms.
const CONVENTIONAL: [&str; 5] = [
    "db_client_connection_count ",
    "kymo_cache_entry_count ",
    "kymo_migration_count ",
    "process_thread_count ",
    "process_unix_file_descriptor_count ",
];

#[tokio::test(flavor = "multi_thread")]
async fn promtool_has_nothing_to_say_about_the_bookshop() {
    let shop = Bookshop::start();
    load::run(shop.client(), 2, 2).await;
    let events = shop.client().open(Method::GET, "/events").await.unwrap();
    let answer = shop.client().get("/metrics").await;
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let verdict = promtool::check_metrics(answer.text());
    assert!(verdict.parsed(), "{}\n{}", verdict.findings, answer.text());
    let of_conventions = |line: &&str| CONVENTIONAL.iter().any(|name| line.starts_with(name));
    let findings = verdict.findings.lines().filter(|line| !line.is_empty());
    let findings: Vec<_> = findings.filter(|line| !of_conventions(line)).collect();
    assert!(findings.is_empty(), "{findings:?}\n{}", answer.text());
    drop(events);
}
