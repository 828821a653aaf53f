//! What the endpoint measures of itself.

use std::time::Duration;

use http::{Method, Request, header};
use http_body_util::BodyExt;
use kymo_endpoint::{Endpoint, metrics};
use kymo_exposition::{Family, Kind, Label, Number, Series, Sink, Source, Value};
use kymo_testing::{Points, TestMeters};
use tower::ServiceExt;

use crate::{Gate, Large, Shelves, Up};

/// An endpoint that is measured.
fn measured(source: impl Source + 'static) -> (Endpoint, TestMeters) {
    let meters = TestMeters::new();
    (Endpoint::new(source).measure(&*meters), meters)
}

async fn scrape(endpoint: &Endpoint, method: Method, encoding: &str) -> usize {
    let request = Request::builder().method(method).header(header::ACCEPT_ENCODING, encoding);
    let response = endpoint.clone().oneshot(request.body(()).unwrap()).await.unwrap();
    response.into_body().collect().await.unwrap().to_bytes().len()
}

fn points(meters: &TestMeters) -> Points {
    let snapshot = meters.snapshot();
    snapshot.assert_declared(metrics::ALL);
    snapshot.points()
}

/// How many scrapes ended how.
fn ends(points: &Points) -> Vec<(String, i64)> {
    let requests = points.by("kymo.scrape.requests", "error.type");
    assert_eq!(requests, points.by("kymo.scrape.duration", "error.type"), "both count the same");
    for point in points.of("kymo.scrape.requests") {
        assert_eq!(point.get("kymo.scrape.format"), Some("text/0.0.4"));
    }
    requests.into_iter().collect()
}

#[tokio::test]
async fn a_scrape_is_counted_and_timed_and_its_bytes_are_those_that_were_sent() {
    let (endpoint, meters) = measured(Large);
    let plain = scrape(&endpoint, Method::GET, "").await;
    let gzip = scrape(&endpoint, Method::GET, "gzip").await;
    let zstd = scrape(&endpoint, Method::GET, "zstd").await;
    assert_eq!(scrape(&endpoint, Method::HEAD, "").await, 0);
    scrape(&endpoint, Method::POST, "").await;
    scrape(&endpoint, Method::OPTIONS, "").await;
    let points = points(&meters);
    assert_eq!(ends(&points), [(String::new(), 4)], "what asks for no page is no scrape");
    let sizes = points.of("kymo.scrape.response.size");
    assert_eq!(sizes.len(), 3, "{sizes:?}");
    for (encoding, bytes) in [("identity", plain), ("gzip", gzip), ("zstd", zstd)] {
        let size =
            sizes.iter().find(|it| it.get("kymo.scrape.encoding") == Some(encoding)).unwrap();
        assert_eq!((size.count, size.sum), (1, bytes as f64), "{encoding}");
    }
}

struct Broken;

impl Source for Broken {
    fn collect(&self, _: &mut dyn Sink) {
        panic!("a source of metrics that always panics, on purpose");
    }
}

#[tokio::test]
async fn a_scrape_that_fails_is_counted_with_the_cause() {
    let (endpoint, meters) = measured(Broken);
    scrape(&endpoint, Method::GET, "").await;
    assert_eq!(ends(&points(&meters)), [("panic".to_owned(), 1)]);
    assert!(points(&meters).of("kymo.scrape.response.size").is_empty(), "there was no page");

    let gate = Gate::default();
    let (endpoint, meters) = measured(gate.clone());
    let request = Request::builder().header("X-Prometheus-Scrape-Timeout-Seconds", "1");
    let response = endpoint.clone().oneshot(request.body(()).unwrap()).await.unwrap();
    assert_eq!(response.status(), 503);
    assert_eq!(ends(&points(&meters)), [("timeout".to_owned(), 1)]);
    gate.open();
}

#[tokio::test]
async fn a_client_that_leaves_is_counted_once_wherever_it_is() {
    let gate = Gate::default();
    let (endpoint, meters) = measured(gate.clone());
    let scraping = tokio::spawn(endpoint.clone().oneshot(Request::new(())));
    tokio::time::sleep(Duration::from_millis(50)).await;
    scraping.abort();
    assert!(scraping.await.is_err());
    assert_eq!(ends(&points(&meters)), [("cancelled".to_owned(), 1)], "before there is a page");
    gate.open();

    let (endpoint, meters) = measured(Large);
    let response = endpoint.clone().oneshot(Request::new(())).await.unwrap();
    let mut body = response.into_body();
    let read = body.frame().await.unwrap().unwrap().into_data().unwrap().len();
    drop(body);
    let points = points(&meters);
    assert_eq!(ends(&points), [("cancelled".to_owned(), 1)], "in the middle of it");
    let sent = points.only("kymo.scrape.response.size").sum;
    assert!((sent - read as f64).abs() < 0.5, "{sent} of {read}");
}

#[tokio::test]
async fn a_scrape_that_is_never_polled_is_counted_too() {
    let (endpoint, meters) = measured(Up);
    drop(tower::Service::call(&mut endpoint.clone(), Request::new(())));
    assert_eq!(ends(&points(&meters)), [("cancelled".to_owned(), 1)]);
}

#[tokio::test]
async fn each_family_has_its_series_and_what_has_none_is_not_there() {
    let (endpoint, meters) = measured(Shelves);
    assert!(points(&meters).of("kymo.scrape.series").is_empty(), "there was no page yet");
    scrape(&endpoint, Method::GET, "").await;
    let expected = [("books", 2), ("readers", 1), ("seats", 3)];
    let expected = expected.map(|(family, series)| (family.to_owned(), series)).into();
    assert_eq!(points(&meters).by("kymo.scrape.series", "kymo.scrape.family"), expected);
    let request = Request::get("/metrics?name[]=books").body(()).unwrap();
    endpoint.clone().oneshot(request).await.unwrap();
    assert_eq!(points(&meters).by("kymo.scrape.series", "kymo.scrape.family"), expected);
}

/// A source with so many families, each with one series more than the one before.
struct Many(u64);

impl Source for Many {
    fn collect(&self, sink: &mut dyn Sink) {
        for family in 0..self.0 {
            let name = format!("family_{family}");
            sink.family(&Family { name: &name, help: "", unit: "", kind: Kind::Gauge });
            for series in 0..=family {
                let number = series.to_string();
                let labels = [Label::new("number", &number)];
                let value = Value::Number(Number::U64(1), None);
                sink.series(&Series { labels: &labels, start_time: None, timestamp: None, value });
            }
        }
    }
}

#[tokio::test]
async fn families_beyond_a_hundred_are_counted_together() {
    let (endpoint, meters) = measured(Many(150));
    scrape(&endpoint, Method::GET, "").await;
    let series = points(&meters).by("kymo.scrape.series", "kymo.scrape.family");
    assert_eq!(series.len(), 101);
    assert_eq!((series["family_149"], series["family_50"]), (150, 51));
    assert_eq!(series["_OTHER"], (1..=50).sum::<i64>());
    assert_eq!(series.values().sum::<i64>(), (1..=150).sum::<i64>());
}

/// A source of a series that cannot be written.
struct Malformed;

impl Source for Malformed {
    fn collect(&self, sink: &mut dyn Sink) {
        Up.collect(sink);
        let labels = [Label::new("not legal", "")];
        let value = Value::Number(Number::U64(1), None);
        sink.series(&Series { labels: &labels, start_time: None, timestamp: None, value });
    }
}

#[tokio::test]
async fn series_that_are_not_on_the_page_are_counted_with_the_cause() {
    let (endpoint, meters) = measured(Malformed);
    for _ in 0..2 {
        scrape(&endpoint, Method::GET, "").await;
    }
    let left_out = points(&meters).by("kymo.scrape.series.left_out", "error.type");
    assert_eq!(left_out, [("malformed".to_owned(), 2)].into());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_is_measured_while_it_is_open() {
    let (endpoint, meters) = measured(Up);
    let server = endpoint.serve("127.0.0.1:0").await.unwrap();
    let other = endpoint.serve("127.0.0.1:0").await.unwrap();
    let ports = points(&meters).by("kymo.endpoint.listeners", "server.port");
    let port = |server: &kymo_endpoint::Server| server.local_addr().unwrap().port().to_string();
    assert_eq!(ports, [(port(&server), 1), (port(&other), 1)].into());
    let point = &points(&meters).of("kymo.endpoint.listeners")[0];
    assert_eq!(point.get("server.address"), Some("127.0.0.1"));
    server.shutdown(Duration::from_secs(5)).await;
    let ports = points(&meters).by("kymo.endpoint.listeners", "server.port");
    assert_eq!(ports, [(port(&other), 1)].into());
}
