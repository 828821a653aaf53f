//! The laws that every instrumentation obeys, as one kit.
//!
//! An instrumentation becomes a [`Subject`] in a few lines; [`hold`] then drives it through every
//! way an operation can end and reads what a Prometheus server would read.

use std::{collections::BTreeSet, future::Future};

use kymo::{Telemetry, prometheus::Endpoint};
use tower::ServiceExt;

use crate::Scrape;

/// Inputs of their own that law 5 sends.
const STRANGERS: u32 = 100_000;

/// An instrumentation, and one operation of the thing it measures.
pub trait Subject: Sized + Send + Sync {
    /// The scraped name that counts operations, such as the `_count` of a histogram.
    const OPERATIONS: &'static str;
    /// The scraped names of the in-flight gauges.
    const IN_FLIGHT: &'static [&'static str];
    /// How many series of [`Self::OPERATIONS`] any input whatever may make.
    const SERIES: usize;

    /// The thing, measured by `telemetry`, or bare.
    fn new(telemetry: Option<&Telemetry>) -> Self;

    /// One operation that succeeds.
    fn succeed(&self) -> impl Future<Output = ()> + Send;
    /// One operation that fails.
    fn fail(&self) -> impl Future<Output = ()> + Send;
    /// One operation that is dropped while it is under way.
    fn cancel(&self) -> impl Future<Output = ()> + Send;
    /// One operation on an input that is unlike that of any other `n`.
    fn stranger(&self, n: u32) -> impl Future<Output = ()> + Send;
    /// Everything a caller can see of a success and of a failure.
    fn transcript(&self) -> impl Future<Output = Vec<String>> + Send;
}

/// Holds `S` to the six laws.
///
/// # Panics
///
/// When `S` breaks one; the message says which.
pub async fn hold<S: Subject>() {
    a_success_is_one_observation_without_an_error_type::<S>().await;
    a_failure_is_one_observation_with_a_bounded_error_type::<S>().await;
    a_cancellation_is_one_observation_that_says_so::<S>().await;
    strangers_make_a_bounded_number_of_series::<S>().await;
    the_caller_sees_what_it_would_see_without::<S>().await;
}

/// What a Prometheus server would read of `telemetry` now.
///
/// # Panics
///
/// When the page is malformed.
pub async fn scrape(telemetry: &Telemetry) -> Scrape {
    let endpoint: Endpoint = telemetry.endpoint();
    let answer =
        endpoint.oneshot(http::Request::new(())).await.unwrap_or_else(|never| match never {});
    let body = http_body_util::BodyExt::collect(answer.into_body()).await;
    let page = body.expect("a page is complete").to_bytes();
    Scrape::parse(std::str::from_utf8(&page).expect("a page is UTF-8")).expect("a page is valid")
}

/// Telemetry that touches nothing global.
///
/// # Panics
///
/// When it cannot be built.
pub fn telemetry() -> Telemetry {
    Telemetry::for_service("laws").prometheus().build().expect("nothing is wrong with it")
}

/// Law 1, and law 4 after it.
async fn a_success_is_one_observation_without_an_error_type<S: Subject>() {
    let telemetry = telemetry();
    S::new(Some(&telemetry)).succeed().await;
    let scrape = observed_once::<S>(&telemetry).await;
    let errors = error_types(&scrape, S::OPERATIONS);
    assert!(errors.is_empty(), "law 1: a success has no error type, but {errors:?}");
}

/// Law 2, and law 4 after it.
async fn a_failure_is_one_observation_with_a_bounded_error_type<S: Subject>() {
    let telemetry = telemetry();
    let subject = S::new(Some(&telemetry));
    subject.fail().await;
    let scrape = observed_once::<S>(&telemetry).await;
    assert_eq!(error_types(&scrape, S::OPERATIONS).len(), 1, "law 2: a failure has an error type");
}

/// Law 3, and law 4 after it.
async fn a_cancellation_is_one_observation_that_says_so<S: Subject>() {
    let telemetry = telemetry();
    S::new(Some(&telemetry)).cancel().await;
    let scrape = observed_once::<S>(&telemetry).await;
    let errors = error_types(&scrape, S::OPERATIONS);
    assert_eq!(errors, BTreeSet::from(["cancelled".to_owned()]), "law 3");
}

/// Law 5.
async fn strangers_make_a_bounded_number_of_series<S: Subject>() {
    let telemetry = telemetry();
    let subject = S::new(Some(&telemetry));
    for n in 0..STRANGERS {
        subject.stranger(n).await;
    }
    let scrape = scrape(&telemetry).await;
    let series = scrape.samples(S::OPERATIONS, &[]).count();
    assert!(series <= S::SERIES, "law 5: {series} series of {}", S::OPERATIONS);
    assert_counts(&scrape, S::OPERATIONS, STRANGERS, "law 5: every one is counted");
    only_declared(&scrape);
}

/// Law 6.
async fn the_caller_sees_what_it_would_see_without<S: Subject>() {
    let measured = S::new(Some(&telemetry())).transcript().await;
    assert_eq!(measured, S::new(None).transcript().await, "law 6");
}

async fn observed_once<S: Subject>(telemetry: &Telemetry) -> Scrape {
    let scrape = scrape(telemetry).await;
    assert_counts(&scrape, S::OPERATIONS, 1, "laws 1 to 3: exactly one observation");
    for gauge in S::IN_FLIGHT {
        assert_counts(&scrape, gauge, 0, "law 4: nothing is in flight any more");
    }
    only_declared(&scrape);
    scrape
}

#[track_caller]
fn assert_counts(scrape: &Scrape, name: &str, wanted: u32, law: &str) {
    let counted = scrape.sum(name, &[]);
    assert!((counted - f64::from(wanted)).abs() < 0.5, "{law}: {name} is {counted}, not {wanted}");
}

fn error_types(scrape: &Scrape, name: &str) -> BTreeSet<String> {
    let errors = scrape.samples(name, &[]).filter(|sample| sample.value > 0.0);
    errors.filter_map(|sample| sample.label("error_type").map(str::to_owned)).collect()
}

/// Holds every label of a page against the declared attribute keys.
///
/// # Panics
///
/// When there is a label that no declared metric has.
#[track_caller]
pub fn only_declared(scrape: &Scrape) {
    let declared: BTreeSet<String> = kymo::declared_metrics()
        .flat_map(|metric| metric.attributes)
        .map(|key| key.name.replace('.', "_"))
        .collect();
    for family in scrape.families().iter().filter(|family| family.name != "target_info") {
        for label in family.samples.iter().flat_map(|sample| sample.labels.keys()) {
            let known =
                declared.contains(label) || label.starts_with("otel_scope_") || label == "le";
            assert!(known, "law 5: {} has the undeclared label {label}", family.name);
        }
    }
}
