//! A runtime that misbehaves when it is woken costs nobody else a scrape.

use std::{
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use http::{Request, StatusCode};
use kymo_endpoint::Endpoint;
use tower::ServiceExt;

use crate::{Both, Counted, Gate};

/// A runtime that has ended, say.
struct Panics;

impl Wake for Panics {
    fn wake(self: Arc<Self>) {
        panic!("a waker that always panics, on purpose");
    }
}

/// Polls once, and would be woken by a panic.
fn poll_once<T>(future: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
    future.poll(&mut Context::from_waker(&Waker::from(Arc::new(Panics))))
}

async fn status(endpoint: &Endpoint) -> StatusCode {
    let answer = endpoint.clone().oneshot(Request::new(()));
    let answer = tokio::time::timeout(Duration::from_secs(5), answer).await;
    answer.expect("an answer").unwrap().status()
}

#[tokio::test]
async fn a_waker_that_panics_costs_no_other_who_waits_for_the_same_document() {
    let (counted, gate) = (Counted::default(), Gate::default());
    let endpoint = Endpoint::new(Both(counted.clone(), gate.clone()));
    let mut broken = pin!(endpoint.clone().oneshot(Request::new(())));
    assert!(poll_once(broken.as_mut()).is_pending());
    while counted.begun() < 1 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    // Of the next collection, the first one who waits is a broken one too.
    let mut next = pin!(endpoint.clone().oneshot(Request::new(())));
    assert!(poll_once(next.as_mut()).is_pending());
    let waiting = tokio::spawn({
        let endpoint = endpoint.clone();
        async move { status(&endpoint).await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    gate.open();
    assert_eq!(waiting.await.unwrap(), StatusCode::OK);
    assert!(poll_once(next.as_mut()).is_ready());
    assert_eq!(status(&endpoint).await, StatusCode::OK);
}

#[tokio::test]
async fn a_waker_that_panics_when_its_time_is_over_costs_no_scrape_after_it() {
    let gate = Gate::default();
    let endpoint = Endpoint::new(gate.clone());
    let hasty = Request::builder().header("X-Prometheus-Scrape-Timeout-Seconds", "1");
    let mut broken = pin!(endpoint.clone().oneshot(hasty.body(()).unwrap()));
    assert!(poll_once(broken.as_mut()).is_pending());
    tokio::time::sleep(Duration::from_millis(1200)).await;
    gate.open();
    for _ in 0..3 {
        assert_eq!(status(&endpoint).await, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_cache_without_an_end_costs_no_scrape() {
    let endpoint = Endpoint::new(Counted::default()).cache_for(Duration::MAX);
    for _ in 0..3 {
        assert_eq!(status(&endpoint).await, StatusCode::OK);
    }
}
