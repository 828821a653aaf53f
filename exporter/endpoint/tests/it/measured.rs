//! What the endpoint measures of itself.

use std::time::Duration;

use http::{Method, Request, header};
use http_body_util::BodyExt;
use kymo_endpoint::{Endpoint, metrics};
use kymo_exposition::{
    Family, Kind, Label, NativeBuckets, NativeHistogram, Number, Series, Sink, Source, Value,
};
use kymo_testing::{Points, TestMeters};
use tower::ServiceExt;

use crate::{Large, Shelves, Up, listener::ask};

/// An endpoint that is measured.
pub(crate) fn measured(source: impl Source + 'static) -> (Endpoint, TestMeters) {
    let meters = TestMeters::new();
    (Endpoint::new(source).measure(&*meters), meters)
}

pub(crate) async fn scrape(endpoint: &Endpoint, method: Method, encoding: &str) -> usize {
    let request = Request::builder().method(method).header(header::ACCEPT_ENCODING, encoding);
    let response = endpoint.clone().oneshot(request.body(()).unwrap()).await.unwrap();
    response.into_body().collect().await.unwrap().to_bytes().len()
}

pub(crate) fn points(meters: &TestMeters) -> Points {
    let snapshot = meters.snapshot();
    snapshot.assert_declared(metrics::ALL);
    snapshot.points()
}

/// How many scrapes ended how.
pub(crate) fn ends(points: &Points) -> Vec<(String, i64)> {
    ends_of(points, "text/0.0.4")
}

/// How many scrapes for a page in `format` ended how; none was for another.
fn ends_of(points: &Points, format: &str) -> Vec<(String, i64)> {
    let mut requests = points.by("kymo.scrape.requests", "error.type");
    requests.retain(|_, count| *count > 0);
    assert_eq!(requests, points.by("kymo.scrape.duration", "error.type"), "both count the same");
    for point in points.of("kymo.scrape.requests").iter().filter(|point| point.count > 0) {
        assert_eq!(point.get("kymo.scrape.format"), Some(format));
    }
    requests.into_iter().collect()
}

#[tokio::test]
async fn what_can_happen_is_there_before_it_has_at_zero() {
    let (_endpoint, meters) = measured(Up);
    let points = points(&meters);
    let requests = points.of("kymo.scrape.requests");
    let mut ends = Vec::new();
    for point in &requests {
        assert_eq!(point.count, 0, "{point:?}");
        let format = point.get("kymo.scrape.format").unwrap();
        ends.push((format, point.get("error.type").unwrap_or_default()));
    }
    ends.sort_unstable();
    let causes = ["", "busy", "cancelled", "panic", "thread", "timeout", "withdrawn"];
    let expected: Vec<_> = ["html", "text/0.0.4"]
        .into_iter()
        .flat_map(|format| causes.map(|cause| (format, cause)))
        .collect();
    assert_eq!(ends, expected);
    let left_out = points.by("kymo.scrape.series.left_out", "error.type");
    let expected = ["full", "malformed", "unsupported"].map(|cause| (cause.to_owned(), 0));
    assert_eq!(left_out, expected.into());
}

#[tokio::test]
async fn who_measures_first_measures_and_others_are_given_nothing() {
    let (endpoint, meters) = measured(Up);
    let other = TestMeters::new();
    let endpoint = endpoint.measure(&*other);
    scrape(&endpoint, Method::GET, "").await;
    assert_eq!(ends(&points(&meters)), [(String::new(), 1)]);
    assert!(points(&other).of("kymo.scrape.requests").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_of_a_human_is_counted_as_one() {
    let looks = async |endpoint: Endpoint| {
        let server = endpoint.serve("127.0.0.1:0").await.unwrap();
        let address = server.local_addr().unwrap();
        let look = |method| tokio::task::spawn_blocking(move || ask(address, method, "/"));
        let page = look("GET").await.unwrap();
        look("HEAD").await.unwrap();
        look("POST").await.unwrap();
        let (head, body) = page.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
        body.len() as f64
    };
    let (endpoint, meters) = measured(Shelves);
    let len = looks(endpoint).await;
    assert_eq!(ends_of(&points(&meters), "html"), [(String::new(), 2)]);
    let size = points(&meters).only("kymo.scrape.response.size");
    assert_eq!((size.count, size.sum, size.get("kymo.scrape.format")), (1, len, Some("html")));

    let (endpoint, meters) = measured(Broken);
    looks(endpoint).await;
    assert_eq!(ends_of(&points(&meters), "html"), [("panic".to_owned(), 2)]);
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

pub(crate) struct Broken;

impl Source for Broken {
    fn collect(&self, _: &mut dyn Sink) {
        panic!("a source of metrics that always panics, on purpose");
    }
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

/// A source of series that cannot be written.
struct Malformed;

impl Source for Malformed {
    fn collect(&self, sink: &mut dyn Sink) {
        Up.collect(sink);
        let labels = [Label::new("", "")];
        let value = Value::Number(Number::U64(1), None);
        sink.series(&Series { labels: &labels, start_time: None, timestamp: None, value });
        sink.family(&Family { name: "native", help: "", unit: "", kind: Kind::Histogram });
        let value = Value::NativeHistogram(NativeHistogram {
            schema: 0,
            zero_threshold: 0.0,
            zero_count: 1,
            positive: NativeBuckets::default(),
            negative: NativeBuckets::default(),
            sum: Number::U64(0),
            count: 1,
            exemplars: &[],
            classic: None,
        });
        sink.series(&Series { labels: &[], start_time: None, timestamp: None, value });
    }
}

#[tokio::test]
async fn series_that_are_not_on_the_page_are_counted_with_the_cause() {
    let (endpoint, meters) = measured(Malformed);
    for _ in 0..2 {
        scrape(&endpoint, Method::GET, "").await;
    }
    let left_out = points(&meters).by("kymo.scrape.series.left_out", "error.type");
    let expected = [("full", 0), ("malformed", 2), ("unsupported", 2)];
    assert_eq!(left_out, expected.map(|(cause, series)| (cause.to_owned(), series)).into());
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
