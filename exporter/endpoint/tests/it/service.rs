//! Mounted in a router.

use std::{
    sync::Arc,
    task::{Poll, Wake},
    thread::{self, Thread},
    time::Duration,
};

use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use kymo_endpoint::Endpoint;
use kymo_exposition::{Sink, Source};
use tower::ServiceExt;

use crate::Up;

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
    assert_eq!(head.headers["allow"], "GET, HEAD, OPTIONS");
    let (head, body) = answer(Endpoint::new(Up), Method::OPTIONS).await;
    assert_eq!((head.status, body.as_str()), (StatusCode::NO_CONTENT, ""));
    assert_eq!(head.headers["allow"], "GET, HEAD, OPTIONS");
}

#[tokio::test]
async fn a_disabled_endpoint_says_how_to_enable_it() {
    let (head, body) = answer(Endpoint::disabled(), Method::GET).await;
    assert_eq!(head.status, StatusCode::NOT_FOUND);
    assert!(body.contains(".prometheus()"), "{body}");
}

#[test]
fn a_scrape_outside_any_runtime_is_answered_too() {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Arc::new(Unpark(thread::current())).into();
    let mut context = std::task::Context::from_waker(&waker);
    let mut future = std::pin::pin!(Endpoint::new(Up).oneshot(Request::new(())));
    let response = loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(response) => break response.unwrap(),
            Poll::Pending => thread::park_timeout(Duration::from_secs(10)),
        }
    };
    assert_eq!(response.status(), 200);
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
