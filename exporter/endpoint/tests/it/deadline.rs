//! A scraper is answered within the time that it waits.

use std::{
    sync::mpsc::{Sender, channel},
    time::{Duration, Instant},
};

use http::{Request, Response, StatusCode};
use kymo_endpoint::{Endpoint, ScrapeBody};
use kymo_exposition::{Sink, Source};
use tower::ServiceExt;

use crate::{Gate, Up};

/// Asks as Prometheus does, which waits for `seconds`.
async fn scrape(endpoint: &Endpoint, seconds: &str) -> Response<ScrapeBody> {
    let request = Request::get("/metrics").header("X-Prometheus-Scrape-Timeout-Seconds", seconds);
    endpoint.clone().oneshot(request.body(()).unwrap()).await.unwrap()
}

#[tokio::test]
async fn a_source_that_does_not_return_costs_no_scraper_more_than_its_time() {
    let gate = Gate::default();
    let endpoint = Endpoint::new(gate.clone());
    let patient = tokio::spawn({
        let endpoint = endpoint.clone();
        async move { scrape(&endpoint, "20").await.status() }
    });
    let began = Instant::now();
    // One waits for the first collection, the others for the second.
    for _ in 0..2 {
        let response = scrape(&endpoint, "1").await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()["retry-after"], "1");
    }
    let elapsed = began.elapsed();
    assert!(elapsed < Duration::from_secs(10), "{elapsed:?}");
    gate.open();
    assert_eq!(patient.await.unwrap(), StatusCode::OK, "who waits longer gets it");
    assert_eq!(scrape(&endpoint, "1").await.status(), StatusCode::OK);
}

/// A source that tells what time it was given.
struct Told(Sender<Instant>);

impl Source for Told {
    fn collect(&self, _: &mut dyn Sink) {
        unreachable!("there is a deadline");
    }
    fn collect_by(&self, deadline: Instant, sink: &mut dyn Sink) {
        self.0.send(deadline).unwrap();
        Up.collect(sink);
    }
}

#[tokio::test]
async fn a_source_is_told_the_time_of_the_scraper_less_a_margin() {
    let (sender, told) = channel();
    let endpoint = Endpoint::new(Told(sender));
    for (seconds, expected) in [("5", 4.5), ("30", 29.0), ("0.01", 0.9), ("1e9", 29.0)] {
        let began = Instant::now();
        assert_eq!(scrape(&endpoint, seconds).await.status(), StatusCode::OK);
        let given = told.recv().unwrap() - began;
        let late = began.elapsed().as_secs_f64();
        let given = given.as_secs_f64();
        assert!((expected..=expected + late).contains(&given), "{seconds}: {given}");
    }
}
