//! What the linter of Prometheus thinks of the bookshop's metrics.

use http::Method;
use integration_tests::{Bookshop, load, promtool};

#[tokio::test(flavor = "multi_thread")]
async fn promtool_has_nothing_to_say_about_the_bookshop() {
    let shop = Bookshop::start();
    load::run(shop.client(), 2, 2).await;
    let events = shop.client().open(Method::GET, "/events").await.unwrap();
    let answer = shop.client().get("/metrics").await;
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let verdict = promtool::check_metrics(answer.text());
    assert_eq!(verdict.code, 0, "{}\n{}", verdict.findings, answer.text());
    drop(events);
}
