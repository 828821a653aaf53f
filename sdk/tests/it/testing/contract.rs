//! What a telemetry emits, as its contract says.

use axum::{Router, body::Body, extract::Request, routing::get};
use kymo::{
    Telemetry, View,
    opentelemetry::KeyValue,
    prometheus::Translation,
    testing::{Emits, TestTelemetry},
};
use tower::ServiceExt;

/// The lines of the contract about one metric.
fn lines(telemetry: &TestTelemetry, metric: &str) -> Vec<String> {
    let text = telemetry.emitted().to_string();
    let block = text.split("\n\n").find(|block| block.starts_with(&format!("metric {metric}\n")));
    block.into_iter().flat_map(str::lines).skip(1).map(|line| line.trim().to_owned()).collect()
}

#[test]
fn an_instrument_is_in_the_contract_once_it_is_made() {
    let telemetry = TestTelemetry::new();
    let meter = telemetry.meter("shop");
    let sold = meter.u64_counter("sold").with_unit("{book}").build();
    meter.i64_observable_up_down_counter("depth").with_callback(|_| {}).build();
    meter.f64_histogram("wait").with_unit("s").with_boundaries(vec![0.5, 1.0]).build();
    meter.f64_histogram("bare").with_boundaries(Vec::new()).build();
    assert_eq!(lines(&telemetry, "sold"), ["kind counter", "unit {book}", "scraped sold_total"]);
    assert_eq!(lines(&telemetry, "depth"), ["kind up_down_counter", "scraped depth"]);
    let wait = ["kind histogram", "unit s", "scraped wait_seconds", "buckets 0.5 1"];
    assert_eq!(lines(&telemetry, "wait"), wait);
    assert_eq!(lines(&telemetry, "bare"), ["kind histogram", "scraped bare"]);
    assert_eq!(lines(&telemetry, "stolen"), [""; 0]);
    sold.add(1, &[KeyValue::new("genre", "crime")]);
    assert_eq!(lines(&telemetry, "sold").last().unwrap(), "attribute genre");
}

#[tokio::test]
async fn a_metric_of_kymo_has_every_attribute_that_it_may_have_after_the_views() {
    let request = View::new()
        .rename_attribute("http.route", "route")
        .without_attribute("url.scheme")
        .buckets([0.1]);
    let builder = Telemetry::for_service("shop")
        .prometheus()
        .namespace("app")
        .translation(Translation::NoTranslation)
        .view("http.server.request.duration", request)
        .view("http.server.request.body.size", View::off())
        .view("http.server.response.body.size", View::new().name("sent").exponential_buckets())
        .common_attribute("region", "eu");
    let telemetry = TestTelemetry::of(builder);
    let app: Router = Router::new().route("/", get(async || ())).layer(telemetry.http());
    app.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
    let attributes = ["error.type", "http.request.method", "http.response.status_code"];
    let attributes = attributes.into_iter().chain(["network.protocol.version", "region", "route"]);
    let attributes = attributes.map(|key| format!("attribute {key}"));
    let head =
        ["kind histogram", "unit s", "scraped app_http.server.request.duration", "buckets 0.1"];
    let expected: Vec<_> = head.map(str::to_owned).into_iter().chain(attributes).collect();
    assert_eq!(lines(&telemetry, "http.server.request.duration"), expected);
    assert_eq!(lines(&telemetry, "http.server.request.body.size"), [""; 0]);
    assert_eq!(lines(&telemetry, "sent")[0], "kind exponential_histogram");
    assert!(telemetry.emitted().to_string().contains("\nnames NoTranslation\n"));
}
