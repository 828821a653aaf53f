//! A program without a tracer leads from its numbers to the trace that a client sent.

use std::time::Duration;

use http::Method;
use integration_tests::{Bookshop, Prometheus, Receiver, Release, StoredExemplar, eventually};
use opentelemetry_proto::tonic::metrics::v1::{Exemplar, metric::Data};

const PATIENCE: Duration = Duration::from_secs(20);
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

/// Shows a book in a trace, and others in none.
async fn show(shop: &Bookshop) {
    let client = shop.client();
    let book = r#"{"title":"Dune","author":"Frank Herbert"}"#;
    let [one, other] = [
        client.send(Method::POST, "/books", book).await,
        client.send(Method::POST, "/books", book).await,
    ];
    for unsampled in ["00", "0x"] {
        let header = format!("00-11111111111111111111111111111111-{SPAN}-{unsampled}");
        let answer = client.get_with(one.header("location"), "traceparent", &header).await;
        assert_eq!(answer.status, 200);
    }
    let header = format!("00-{TRACE}-{SPAN}-01");
    let answer = client.get_with(other.header("location"), "traceparent", &header).await;
    assert_eq!(answer.status, 200);
}

/// The bounds of the buckets of a histogram.
async fn bounds(prometheus: &Prometheus, histogram: &str) -> Vec<f64> {
    let buckets = prometheus.query(&format!("count by (le) ({histogram}_bucket)")).await;
    buckets.iter().map(|bucket| bucket.labels["le"].parse().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_stores_the_trace_of_a_request_on_its_bucket_and_on_that_of_its_queries() {
    let shop = Bookshop::start();
    let jobs = [
        ("openmetrics", "  scrape_protocols: [OpenMetricsText1.0.0]\n"),
        ("protobuf", "  scrape_protocols: [PrometheusProto]\n"),
    ];
    let features = ["exemplar-storage"];
    let prometheus = Prometheus::scraping_by(Release::Two, shop.address(), &jobs, &features).await;
    show(&shop).await;
    for histogram in
        ["http_server_request_duration_seconds", "db_client_operation_duration_seconds"]
    {
        let name = format!("{histogram}_bucket");
        let look = async || prometheus.exemplars(&name).await;
        let by_both = |found: &Vec<StoredExemplar>| {
            jobs.iter().all(|(job, _)| found.iter().any(|one| one.series["job"] == *job))
        };
        let found = eventually(PATIENCE, look, by_both).await;
        let bounds = bounds(&prometheus, histogram).await;
        for one in &found {
            assert_eq!(one.labels["trace_id"], TRACE, "{found:#?}");
            assert_eq!(one.labels["span_id"], SPAN, "{found:#?}");
            let end: f64 = one.series["le"].parse().unwrap();
            let begin = bounds.iter().filter(|bound| **bound < end).fold(0.0, |a, b| b.max(a));
            assert!(begin < one.value && one.value <= end, "{begin} to {end}: {one:?}");
        }
        let is_of_the_request = |one: &StoredExemplar| {
            one.series.get("http_route").is_some_and(|route| route == "/books/{id}")
        };
        if histogram.starts_with("http") {
            assert!(found.iter().all(is_of_the_request), "{found:#?}");
            assert_eq!(found.len(), 2, "one request, for two jobs: {found:#?}");
        }
    }
    let counters = prometheus.exemplars("kymo_cache_requests_total").await;
    assert!(!counters.is_empty());
    assert!(counters.iter().all(|one| one.labels["trace_id"] == TRACE), "{counters:#?}");
}

/// The exemplars of all points of a metric that were pushed.
fn pushed(receiver: &Receiver, name: &str) -> Vec<Exemplar> {
    let requests = receiver.requests();
    let resources = requests.iter().flat_map(|it| &it.request.resource_metrics);
    let metrics = resources.flat_map(|it| &it.scope_metrics).flat_map(|it| &it.metrics);
    let data = metrics.filter(|it| it.name == name).filter_map(|it| it.data.as_ref());
    let exemplars = data.flat_map(|data| match data {
        Data::Histogram(it) => it.data_points.iter().map(|it| it.exemplars.clone()).collect(),
        Data::Sum(it) => it.data_points.iter().map(|it| it.exemplars.clone()).collect(),
        _ => Vec::new(),
    });
    exemplars.flatten().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_carries_the_trace_of_a_request_and_of_its_queries() {
    for protocol in ["http/protobuf", "grpc"] {
        let receiver = Receiver::start();
        let shop = Bookshop::start_in(&[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &receiver.url()),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
            ("OTEL_METRIC_EXPORT_INTERVAL", "500"),
        ]);
        show(&shop).await;
        for name in
            ["http.server.request.duration", "db.client.operation.duration", "kymo.cache.requests"]
        {
            let look = async || pushed(&receiver, name);
            let found = eventually(PATIENCE, look, |found| !found.is_empty()).await;
            for one in &found {
                let hexadecimal = |bytes: &[u8]| {
                    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>()
                };
                assert_eq!(hexadecimal(&one.trace_id).concat(), TRACE, "{protocol} {name}");
                assert_eq!(hexadecimal(&one.span_id).concat(), SPAN, "{protocol} {name}");
                assert!(one.time_unix_nano > 0 && one.value.is_some());
            }
        }
    }
}
