//! Attempts, and layers that see several.

use std::{
    convert::Infallible,
    future,
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
};

use http::{Method, Request, Response, StatusCode};
use http_body_util::Empty;
use kymo_http_client::{MeasuredClient, Outgoing, Target, redirected};
use tower::{Layer, Service, ServiceBuilder, ServiceExt, retry::Policy, service_fn};
use tower_http::follow_redirect::FollowRedirectLayer;

use crate::client_meters::{ClientMeters, end};

type Nothing = Empty<&'static [u8]>;

/// A client that is refused twice, and answered then.
fn busy()
-> impl Service<Request<Nothing>, Response = Response<Nothing>, Error = Infallible, Future: Send> + Clone
{
    let asked = Arc::new(AtomicU16::new(0));
    service_fn(move |_: Request<Nothing>| {
        let status = if asked.fetch_add(1, Ordering::Relaxed) < 2 { 503 } else { 200 };
        let mut response = Response::new(Nothing::new());
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        future::ready(Ok(response))
    })
}

/// A client of `a.example`, which says that everything is at `b.example`.
fn moved()
-> impl Service<Request<Nothing>, Response = Response<Nothing>, Error = Infallible, Future: Send> + Clone
{
    service_fn(|request: Request<Nothing>| {
        let is_moved = request.uri().host() == Some("a.example");
        let response = Response::builder().status(if is_moved { 302 } else { 200 });
        let response = response.header("location", "https://b.example:8443/books");
        future::ready(Ok(response.body(Nothing::new()).unwrap()))
    })
}

#[derive(Clone)]
struct Again;

impl<B> Policy<Request<Nothing>, Response<B>, Infallible> for Again {
    type Future = future::Ready<()>;

    fn retry(
        &mut self,
        _: &mut Request<Nothing>,
        answer: &mut Result<Response<B>, Infallible>,
    ) -> Option<future::Ready<()>> {
        let Ok(response) = answer else { return None };
        response.status().is_server_error().then(|| future::ready(()))
    }

    fn clone_request(&mut self, request: &Request<Nothing>) -> Option<Request<Nothing>> {
        Some(request.clone())
    }
}

fn request() -> Request<Nothing> {
    Request::get("http://a.example/").body(Nothing::new()).unwrap()
}

/// The status, the host and the count of each series.
fn counted(meters: &ClientMeters) -> Vec<(String, String, i64)> {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let requests = meters.requests();
    let of = |point: &crate::client_meters::Point| {
        let status = text(point.get("http.response.status_code"));
        (status, text(point.get("server.address")), point.count)
    };
    let mut counted: Vec<_> = requests.iter().map(of).collect();
    counted.sort();
    assert_eq!(meters.active(), 0);
    counted
}

fn series(status: &str, address: &str, count: i64) -> (String, String, i64) {
    (status.to_owned(), address.to_owned(), count)
}

#[tokio::test]
async fn inside_of_retries_each_attempt_is_a_request() {
    let meters = ClientMeters::new();
    let client = ServiceBuilder::new().retry(Again).layer(meters.layer()).service(busy());
    let response = client.oneshot(request()).await.unwrap();
    assert_eq!(response.status(), 200);
    let expected = [series("200", "a.example", 1), series("503", "a.example", 2)];
    assert_eq!(counted(&meters), expected);
}

#[tokio::test]
async fn outside_of_retries_the_whole_is_one_request() {
    let meters = ClientMeters::new();
    let client = ServiceBuilder::new().layer(meters.layer()).retry(Again).service(busy());
    client.oneshot(request()).await.unwrap();
    assert_eq!(counted(&meters), [series("200", "a.example", 1)]);
}

#[tokio::test]
async fn inside_of_redirects_each_hop_is_a_request_to_its_server() {
    let meters = ClientMeters::new();
    let client = ServiceBuilder::new().layer(FollowRedirectLayer::new()).layer(meters.layer());
    client.service(moved()).oneshot(request()).await.unwrap();
    let expected = [series("200", "b.example", 1), series("302", "a.example", 1)];
    assert_eq!(counted(&meters), expected);
}

#[tokio::test]
async fn outside_of_redirects_the_whole_is_one_request_to_the_server_that_was_asked() {
    let meters = ClientMeters::new();
    let client = ServiceBuilder::new().layer(meters.layer()).layer(FollowRedirectLayer::new());
    client.service(moved()).oneshot(request()).await.unwrap();
    assert_eq!(counted(&meters), [series("200", "a.example", 1)]);
}

#[tokio::test]
async fn of_two_layers_the_outer_one_measures() {
    let meters = ClientMeters::new();
    let twice: MeasuredClient<MeasuredClient<_>> =
        meters.layer().layer(meters.layer().layer(moved()));
    twice.oneshot(request()).await.unwrap();
    assert_eq!(meters.the_end(), end(None, Some("302")));

    let meters = ClientMeters::new();
    let layers = ServiceBuilder::new().layer(meters.layer()).retry(Again).layer(meters.layer());
    layers.service(busy()).oneshot(request()).await.unwrap();
    assert_eq!(meters.the_end(), end(None, Some("200")));
}

/// A client that follows redirects by itself, and lets the program look on: from `a` to `b` to `c`.
async fn follow(fails: bool) -> Result<Response<Nothing>, std::io::Error> {
    let b = Target::new(Some("https"), Some("b.example"), None);
    redirected(StatusCode::FOUND, &b);
    tokio::task::yield_now().await;
    redirected(StatusCode::TEMPORARY_REDIRECT, &Target::new(Some("http"), Some("c.example"), None));
    if fails {
        return Err(std::io::ErrorKind::ConnectionRefused.into());
    }
    Ok(Response::new(Nothing::new()))
}

#[tokio::test]
async fn each_hop_that_a_client_tells_of_is_a_request_with_its_method_and_its_server() {
    for (fails, status, error) in [(false, "200", ""), (true, "", "connection_error")] {
        let meters = ClientMeters::new();
        let target = Target::new(Some("http"), Some("a.example"), None);
        let request = meters.layer().begin(&Outgoing::new(&Method::POST, target));
        assert_eq!(request.answered_by(follow(fails)).await.is_err(), fails);
        let expected = [
            (status, "c.example", "80", "GET", error),
            ("302", "a.example", "80", "POST", ""),
            ("307", "b.example", "443", "GET", ""),
        ];
        let requests = meters.requests();
        let mut seen: Vec<_> = requests
            .iter()
            .map(|point| {
                let text = |key| point.get(key).unwrap_or_default();
                assert_eq!(point.count, 1);
                let status = text("http.response.status_code");
                let server = (text("server.address"), text("server.port"));
                (status, server.0, server.1, text("http.request.method"), text("error.type"))
            })
            .collect();
        seen.sort_unstable();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(seen, expected);
        assert_eq!(meters.active(), 0);
    }
}

#[tokio::test]
async fn a_hop_outside_of_any_request_and_one_of_a_request_within_another_count_where_they_are() {
    let nowhere = Target::new(Some("http"), Some("nowhere.example"), None);
    redirected(StatusCode::FOUND, &nowhere);
    let meters = ClientMeters::new();
    let layer = meters.layer();
    let of = |host| Outgoing::new(&Method::GET, Target::new(Some("http"), Some(host), None));
    let whole = layer
        .begin(&of("outer.example"))
        .answered_by(async { layer.begin(&of("a.example")).answered_by(follow(false)).await });
    let response = whole.await.unwrap();
    drop(response);
    let expected = [
        series("200", "c.example", 1),
        series("200", "outer.example", 1),
        series("302", "a.example", 1),
        series("307", "b.example", 1),
    ];
    assert_eq!(counted(&meters), expected);
}
