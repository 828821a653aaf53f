//! Scrapes that end otherwise than with a page are counted, once each.

use std::{
    future::Future,
    task::{Context, Waker},
    time::Duration,
};

use http::{Method, Request};
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::{
    Gate, Large, Up,
    measured::{Broken, ends, measured, points, scrape},
};

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
async fn a_page_that_is_taken_away_is_counted_so() {
    let (endpoint, meters) = measured(Large);
    let mut deaf = Vec::new();
    for _ in 0..2 {
        let mut body = endpoint.clone().oneshot(Request::new(())).await.unwrap().into_body();
        body.frame().await.unwrap().unwrap();
        deaf.push(body);
    }
    // There is room for two.
    scrape(&endpoint, Method::GET, "").await;
    let mut ended = 0;
    for mut body in deaf {
        if body.frame().await.unwrap().is_err() {
            ended += 1;
        }
    }
    let ends = ends(&points(&meters));
    let expected =
        [(String::new(), 1), ("cancelled".to_owned(), 2 - ended), ("withdrawn".to_owned(), ended)];
    let expected: Vec<_> = expected.into_iter().filter(|(_, count)| *count > 0).collect();
    assert_eq!(ends, expected);
    assert!(ended > 0);
}

#[tokio::test]
async fn who_comes_where_too_many_wait_is_counted_so() {
    let gate = Gate::default();
    let (endpoint, meters) = measured(gate.clone());
    let mut context = Context::from_waker(Waker::noop());
    let first = tokio::spawn(endpoint.clone().oneshot(Request::new(())));
    tokio::time::sleep(Duration::from_millis(100)).await;
    let ask = || Box::pin(endpoint.clone().oneshot(Request::new(())));
    let mut waiting: Vec<_> = (0..1024).map(|_| ask()).collect();
    for one in &mut waiting {
        assert!(one.as_mut().poll(&mut context).is_pending());
    }
    assert_eq!(ask().await.unwrap().status(), 503);
    assert_eq!(ends(&points(&meters)), [("busy".to_owned(), 1)]);
    gate.open();
    drop((first, waiting));
}
