//! One request, followed from the socket to the scraped line.

use axum::{Router, extract::Path, routing::post};
use integration_tests::{Client, Scrape};
use kymo::{Telemetry, prometheus::Registry};
use tokio::net::TcpListener;

const LABELS: &[(&str, &str)] = &[
    ("http_request_method", "POST"),
    ("http_response_status_code", "200"),
    ("http_route", "/shops/{shop}/books/{id}"),
    ("network_protocol_version", "1.1"),
    ("url_scheme", "http"),
    ("otel_scope_name", "kymo-http"),
    ("otel_scope_schema_url", opentelemetry_semantic_conventions::SCHEMA_URL),
];

#[tokio::test(flavor = "multi_thread")]
async fn one_request_is_one_observation_with_exactly_its_labels() {
    let telemetry = Telemetry::for_service("shop").prometheus().build().unwrap();
    let buy = async |Path((_, id)): Path<(String, u32)>, body: String| format!("{id}: {body}");
    let shop = Router::new().route("/books/{id}", post(buy));
    let app = Router::new()
        .nest("/shops/{shop}", shop)
        .layer(telemetry.http())
        .route_service("/metrics", telemetry.endpoint());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::new(format!("http://{}", listener.local_addr().unwrap()));
    let server = tokio::spawn(async move { axum::serve(listener, app).await });

    let answer = client.send(http::Method::POST, "/shops/arrakis/books/7", "Dune").await;
    assert_eq!(answer.text(), "7: Dune");
    let page = client.get("/metrics").await;
    assert_eq!(page.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let scrape = Scrape::parse(page.text()).unwrap();

    let duration = "http_server_request_duration_seconds";
    let count = scrape.samples("http_server_request_duration_seconds_count", &[]).next().unwrap();
    for (label, value) in LABELS {
        assert_eq!(count.label(label), Some(*value), "{label}");
    }
    assert_eq!(count.labels.len(), LABELS.len() + 1, "and the version of the scope: {count}");
    is(scrape.value(&format!("{duration}_count"), LABELS), 1.0);
    is(scrape.value(&format!("{duration}_bucket"), &[("le", "+Inf")]), 1.0);
    let bounds: Vec<_> = scrape
        .samples("http_server_request_duration_seconds_bucket", &[])
        .filter_map(|bucket| bucket.label("le"))
        .collect();
    // As the HTTP conventions advise.
    let advised = "0.005 0.01 0.025 0.05 0.075 0.1 0.25 0.5 0.75 1 2.5 5 7.5 10 +Inf";
    assert_eq!(bounds.join(" "), advised);
    is(scrape.value("http_server_request_body_size_bytes_sum", LABELS), 4.0);
    is(scrape.value("http_server_response_body_size_bytes_sum", LABELS), 7.0);
    let active = [("http_request_method", "POST"), ("url_scheme", "http")];
    is(scrape.value("http_server_active_requests", &active), 0.0);
    is(scrape.value("target_info", &[("service_name", "shop")]), 1.0);
    server.abort();
}

#[tokio::test]
async fn one_scrape_shows_both_worlds_and_so_does_the_registry() {
    let registry = Registry::new();
    let sold = prometheus::IntCounter::new("books_sold_total", "Books sold.").unwrap();
    registry.register(Box::new(sold.clone())).unwrap();
    let builder = Telemetry::for_service("bookshop").registry(registry.clone());
    let telemetry = builder.build().unwrap();
    sold.inc_by(3);
    telemetry.meter("shop").u64_counter("books.bought").build().add(2, &[]);

    let scrape = Scrape::of(&telemetry).await;
    is(scrape.value("books_sold_total", &[]), 3.0);
    is(scrape.value("books_bought_total", &[]), 2.0);
    let gathered = registry.gather();
    let names = gathered.iter().map(prometheus::proto::MetricFamily::name);
    let mut names: Vec<_> = names.filter(|name| !is_of_the_exporter(name)).collect();
    names.sort_unstable();
    assert_eq!(names, ["books_bought_total", "books_sold_total", "target_info"]);
}

#[tokio::test]
async fn a_listener_of_its_own_starts_on_localhost_with_the_page_of_the_router() {
    let variables = [("OTEL_EXPORTER_PROMETHEUS_PORT", "0")];
    let builder = Telemetry::for_service("shop").environment(variables).prometheus();
    let telemetry = builder.build().unwrap();
    telemetry.meter("shop").u64_counter("books.sold").build().add(1, &[]);
    let server = telemetry.serve().await.unwrap();
    let address = server.local_addr().unwrap();
    assert!(address.ip().is_loopback(), "{address}");
    let client = Client::new(format!("http://{address}"));
    let page = client.get("/metrics").await;
    is(Scrape::parse(page.text()).unwrap().value("books_sold_total", &[]), 1.0);

    let app: Router = Router::new().route_service("/metrics", telemetry.endpoint());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let router = Client::new(format!("http://{}", listener.local_addr().unwrap()));
    let serving = tokio::spawn(async move { axum::serve(listener, app).await });
    let same = router.get("/metrics").await;
    let shown = |page: &str| {
        let lines = page.lines().filter(|line| {
            !is_of_the_exporter(line.trim_start_matches("# HELP ").trim_start_matches("# TYPE "))
        });
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(shown(same.text()), shown(page.text()));
    assert_eq!(same.header("content-type"), page.header("content-type"));
    serving.abort();
}

/// Whether a name says of scrapes what only the page after them shows.
fn is_of_the_exporter(name: &str) -> bool {
    name.starts_with("kymo_scrape_") || name.starts_with("otel_sdk_metric_reader_")
}

#[track_caller]
fn is(value: f64, wanted: f64) {
    assert!((value - wanted).abs() < 1e-9, "{value} is not {wanted}");
}
