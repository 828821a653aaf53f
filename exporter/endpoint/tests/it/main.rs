//! The endpoint over real sockets.

#![allow(clippy::unwrap_used, reason = "a test may")]

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{Arc, Condvar, Mutex},
    time::Duration,
};

use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use kymo_endpoint::{Endpoint, ListenError};
use kymo_exposition::{Family, Kind, Number, Series, Sink, Source, Value};
use tower::ServiceExt;

struct Up;

impl Source for Up {
    fn collect(&self, sink: &mut dyn Sink) {
        sink.family(&Family { name: "up", help: "", unit: "", kind: Kind::Gauge });
        let value = Value::Number(Number::U64(1), None);
        sink.series(&Series { labels: &[], start_time: None, value });
    }
}

async fn answer(endpoint: Endpoint, method: Method) -> (http::response::Parts, String) {
    let request = Request::builder().method(method).body(()).unwrap();
    let (head, body) = endpoint.oneshot(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (head, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn a_get_is_answered_with_the_document() {
    let (head, body) = answer(Endpoint::new(Up), Method::GET).await;
    assert_eq!(head.status, StatusCode::OK);
    assert_eq!(head.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    assert_eq!(body, "# TYPE up gauge\nup 1\n");
}

#[tokio::test]
async fn a_head_is_answered_with_the_length_alone() {
    let (head, body) = answer(Endpoint::new(Up), Method::HEAD).await;
    assert_eq!((head.headers["content-length"].to_str().unwrap(), body.as_str()), ("21", ""));
}

#[tokio::test]
async fn other_methods_are_refused_with_the_allowed_ones() {
    let (head, _) = answer(Endpoint::new(Up), Method::POST).await;
    assert_eq!(head.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(head.headers["allow"], "GET, HEAD");
}

#[tokio::test]
async fn a_disabled_endpoint_says_how_to_enable_it() {
    let (head, body) = answer(Endpoint::disabled(), Method::GET).await;
    assert_eq!(head.status, StatusCode::NOT_FOUND);
    assert!(body.contains(".prometheus()"), "{body}");
}

#[test]
fn a_scrape_outside_any_runtime_is_answered_too() {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let future = std::pin::pin!(Endpoint::new(Up).oneshot(Request::new(())));
    match future.poll(&mut context) {
        std::task::Poll::Ready(response) => assert_eq!(response.unwrap().status(), 200),
        std::task::Poll::Pending => panic!("nothing to wait for"),
    }
}

struct Broken;

impl Source for Broken {
    fn collect(&self, _sink: &mut dyn Sink) {
        panic!("a source of metrics that always panics, on purpose");
    }
}

#[tokio::test]
async fn a_source_that_panics_costs_its_scrape_and_nothing_else() {
    let endpoint = Endpoint::new(Broken);
    for _ in 0..10 {
        let (head, body) = answer(endpoint.clone(), Method::GET).await;
        assert_eq!(head.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(body.contains("panicked"), "{body}");
    }
}

/// A source that waits until it is let go.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }
}

impl Source for Gate {
    fn collect(&self, sink: &mut dyn Sink) {
        let open = self.0.1.wait_while(self.0.0.lock().unwrap(), |open| !*open);
        drop(open.unwrap());
        Up.collect(sink);
    }
}

#[tokio::test]
async fn a_fifth_scrape_at_once_is_refused_and_later_ones_are_served() {
    let gate = Gate::default();
    let endpoint = Endpoint::new(gate.clone());
    let mut scrapes: Vec<_> =
        (0..4).map(|_| tokio::spawn(endpoint.clone().oneshot(Request::new(())))).collect();
    let refused = loop {
        // The four take their turns when their tasks first run.
        tokio::task::yield_now().await;
        let mut fifth = Box::pin(endpoint.clone().oneshot(Request::new(())));
        let first = std::future::poll_fn(|cx| std::task::Poll::Ready(fifth.as_mut().poll(cx)));
        match first.await {
            std::task::Poll::Ready(response) => break response.unwrap(),
            std::task::Poll::Pending => scrapes.push(tokio::spawn(fifth)),
        }
    };
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    gate.open();
    let mut served = 0;
    for scrape in scrapes {
        served += usize::from(scrape.await.unwrap().unwrap().status() == StatusCode::OK);
    }
    assert_eq!(served, 4);
    assert_eq!(answer(endpoint, Method::GET).await.0.status, StatusCode::OK);
}

fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}

#[tokio::test(flavor = "multi_thread")]
async fn the_listener_serves_the_metrics_path_and_stops() {
    let server = Endpoint::new(Up).serve("localhost:0").await.unwrap();
    let address = server.local_addr();
    assert!(get(address, "/metrics").ends_with("# TYPE up gauge\nup 1\n"));
    assert!(get(address, "/").contains("/metrics"));
    assert!(get(address, "/nothing").starts_with("HTTP/1.1 404"));
    server.shutdown(Duration::from_secs(5)).await;
    assert!(TcpStream::connect(address).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_the_handle_leaves_the_listener_running() {
    let server = Endpoint::new(Up).serve("localhost:0").await.unwrap();
    let address = server.local_addr();
    drop(server);
    for _ in 0..3 {
        assert!(get(address, "/metrics").contains("up 1"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_waits_for_a_stuck_scrape_no_longer_than_told() {
    let gate = Gate::default();
    let server = Endpoint::new(gate.clone()).serve("localhost:0").await.unwrap();
    let mut stream = TcpStream::connect(server.local_addr()).unwrap();
    write!(stream, "GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    server.shutdown(Duration::from_millis(100)).await;
    gate.open();
}

#[tokio::test]
async fn an_address_in_use_is_an_error_that_says_what_to_do() {
    let server = Endpoint::new(Up).serve("localhost:0").await.unwrap();
    let address = server.local_addr().to_string();
    let error = Endpoint::new(Up).serve(address.as_str()).await.unwrap_err();
    let ListenError { address: named, source, .. } = &error;
    assert_eq!((named, source.kind()), (&address, std::io::ErrorKind::AddrInUse));
    let text = error.to_string();
    assert!(text.contains(&address) && text.contains("Choose another port"), "{text}");
}

#[tokio::test]
async fn a_nonsensical_address_is_an_error_that_shows_a_good_one() {
    for address in ["9464", "localhost", "localhost:http", "localhost:99999", ""] {
        let error = Endpoint::new(Up).serve(address).await.unwrap_err().to_string();
        assert!(error.contains("such as localhost:9464"), "{error}");
    }
}
