//! A service that records through the facade, and a crate that does, as they are.

use std::time::Duration;

use axum::{Router, extract::Path, routing::get};
use axum_prometheus::BaseMetricLayer;
use integration_tests::{Client, Prometheus, Receiver, Scrape, eventually, otlp::sum};
use kymo::{
    Telemetry,
    otlp::{Otlp, Protocol},
};
use metrics::{Unit, counter, describe_histogram, gauge, histogram};
use tokio::net::TcpListener;

const SCRAPED: Duration = Duration::from_secs(15);

async fn buy(Path(id): Path<u32>) -> &'static str {
    let genre = if id.is_multiple_of(2) { "crime" } else { "drama" };
    counter!("books_sold_total", "genre" => genre).increment(1);
    gauge!("books_in_stock").decrement(1);
    histogram!("book_weight").record(Duration::from_millis(u64::from(id)));
    "sold"
}

/// The recorder is that of this thread, on which everything runs.
#[tokio::test]
async fn what_a_service_records_through_the_facade_is_scraped_and_pushed() {
    let receiver = Receiver::start();
    let otlp = Otlp::new().endpoint(receiver.url()).protocol(Protocol::HttpProtobuf);
    let otlp = otlp.interval(Duration::from_hours(1));
    let telemetry = Telemetry::for_service("shop").prometheus().otlp_with(otlp).build().unwrap();
    let recorder = telemetry.metrics_recorder();
    let _recorder = metrics::set_default_local_recorder(&recorder);
    describe_histogram!("book_weight", Unit::Seconds, "Weight of the books that were sold.");
    gauge!("books_in_stock").set(100);

    let app = Router::new()
        .route("/books/{id}", get(buy))
        .layer(BaseMetricLayer::new())
        .layer(telemetry.http())
        .route_service("/metrics", telemetry.endpoint());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let client = Client::new(format!("http://{address}"));
    for id in 0..20 {
        assert_eq!(client.get(&format!("/books/{id}")).await.text(), "sold");
    }
    client.get("/nowhere").await;

    let scrape = Scrape::parse(client.get("/metrics").await.text()).unwrap();
    let is = |name: &str, labels: &[(&str, &str)], value: f64| {
        let found = scrape.value(name, labels);
        assert!((found - value).abs() < 1e-9, "{name}: {found}");
    };
    is("books_sold_total", &[("genre", "crime"), ("otel_scope_name", "metrics")], 10.0);
    is("books_in_stock", &[], 80.0);
    is("book_weight_seconds_count", &[], 20.0);
    is("book_weight_seconds_sum", &[], 0.19);
    // axum-prometheus knows nothing of kymo.
    let route = [("method", "GET"), ("status", "200"), ("endpoint", "/books/{id}")];
    is("axum_http_requests_total", &route, 20.0);
    is("axum_http_requests_duration_seconds_count", &route, 20.0);
    is("axum_http_requests_pending", &[("endpoint", "/books/{id}")], 0.0);
    let missing = [("method", "GET"), ("status", "404"), ("endpoint", "/nowhere")];
    is("axum_http_requests_total", &missing, 1.0);
    is("http_server_request_duration_seconds_count", &[("http_route", "/books/{id}")], 20.0);
    is("kymo_facade_lost_total", &[("kymo_facade_loss_cause", "kind")], 0.0);

    let prometheus = Prometheus::scraping(&address).await;
    let look = async || prometheus.value("sum(books_sold_total{genre=\"drama\"})").await;
    eventually(SCRAPED, look, |value| *value == Some(10.0)).await;
    let slow = "sum(book_weight_seconds_bucket{le=\"0.01\"})";
    assert_eq!(prometheus.value(slow).await, Some(11.0));

    telemetry.flush(SCRAPED).await.unwrap();
    let points = receiver.latest();
    let pushed = |name, labels: &[(&str, &str)]| sum(&points, name, labels);
    assert!((pushed("books_sold_total", &[("genre", "crime")]) - 10.0).abs() < 0.5);
    assert!((pushed("books_in_stock", &[]) - 80.0).abs() < 0.5);
    assert!((pushed("axum_http_requests_total", &[("status", "200")]) - 20.0).abs() < 0.5);
    server.abort();
}
