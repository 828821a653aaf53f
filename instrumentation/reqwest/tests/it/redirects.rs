//! The hops of a redirect.

use axum::{Router, http::StatusCode, routing::any};
use kymo_core::{OperationKind, Part};
use kymo_testing::UnitOfWork;
use reqwest::redirect::Policy;
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};

use crate::{
    client_meters::ClientMeters,
    server::{books, moved, serve},
};

/// A client whose redirects are told of, by `policy`.
fn client(meters: &ClientMeters, policy: Policy) -> ClientWithMiddleware {
    let measured = meters.middleware();
    let client = reqwest::Client::builder().redirect(measured.redirects(policy)).build().unwrap();
    ClientBuilder::new(client).with(measured).build()
}

fn series(status: &str, method: &str, port: u16, count: i64) -> (String, String, String, i64) {
    (status.to_owned(), method.to_owned(), port.to_string(), count)
}

#[tokio::test]
async fn each_hop_is_a_request_to_its_own_server_with_its_own_status_and_method() {
    let last = books().await;
    let middle = moved(StatusCode::TEMPORARY_REDIRECT, format!("http://{last}/as/200")).await;
    for (status, method) in [(StatusCode::FOUND, "GET"), (StatusCode::PERMANENT_REDIRECT, "POST")] {
        let first = moved(status, format!("http://{middle}/")).await;
        let meters = ClientMeters::new();
        let call = client(&meters, Policy::default()).post(format!("http://{first}/")).send();
        let response = call.await.unwrap();
        assert_eq!(response.url().as_str(), format!("http://{last}/as/200"));
        assert_eq!(response.status(), 200);
        drop(response);
        let mut expected = [
            series("200", method, last.port(), 1),
            series("307", method, middle.port(), 1),
            series(status.as_str(), "POST", first.port(), 1),
        ];
        expected.sort();
        assert_eq!(meters.by("server.port"), expected);
    }
}

#[tokio::test]
async fn without_such_a_policy_the_whole_is_one_request_to_the_server_that_was_asked() {
    let last = books().await;
    let first = moved(StatusCode::FOUND, format!("http://{last}/as/200")).await;
    let meters = ClientMeters::new();
    meters.client().get(format!("http://{first}/")).send().await.unwrap();
    assert_eq!(meters.by("server.port"), [series("200", "GET", first.port(), 1)]);
}

#[tokio::test]
async fn a_redirect_that_is_not_followed_is_the_response_or_the_failure_of_its_own_request() {
    let last = books().await;
    let first = moved(StatusCode::FOUND, format!("http://{last}/as/200")).await;
    let meters = ClientMeters::new();
    let stopping = client(&meters, Policy::none());
    assert_eq!(stopping.get(format!("http://{first}/")).send().await.unwrap().status(), 302);
    assert_eq!(meters.by("server.port"), [series("302", "GET", first.port(), 1)]);

    let meters = ClientMeters::new();
    let refusing = client(&meters, Policy::custom(|attempt| attempt.error("not there")));
    refusing.get(format!("http://{first}/")).send().await.unwrap_err();
    assert_eq!(meters.by("server.port"), [series("", "GET", first.port(), 1)]);
    assert_eq!(meters.the_request().get("error.type"), Some("_OTHER"));
}

#[tokio::test]
async fn a_circle_is_as_many_requests_as_the_policy_allows_and_one_that_failed() {
    let circle =
        serve(Router::new().fallback(any(async || (StatusCode::FOUND, [("location", "/")])))).await;
    let meters = ClientMeters::new();
    let call = client(&meters, Policy::limited(5)).get(format!("http://{circle}/")).send();
    call.await.unwrap_err();
    let expected = [series("", "GET", circle.port(), 1), series("302", "GET", circle.port(), 5)];
    assert_eq!(meters.by("server.port"), expected);
}

#[tokio::test]
async fn a_hop_to_a_server_that_is_not_there_fails_at_that_server() {
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let first = moved(StatusCode::FOUND, format!("http://{gone}/")).await;
    let meters = ClientMeters::new();
    let call = client(&meters, Policy::default()).get(format!("http://{first}/")).send();
    call.await.unwrap_err();
    let expected = [series("", "GET", gone.port(), 1), series("302", "GET", first.port(), 1)];
    assert_eq!(meters.by("server.port"), expected);
}

#[tokio::test]
async fn each_hop_is_on_the_bill_of_whoever_waits_for_the_call() {
    let last = books().await;
    let first = moved(StatusCode::FOUND, format!("http://{last}/as/200")).await;
    let meters = ClientMeters::new();
    let client = client(&meters, Policy::default());
    let mut work = UnitOfWork::new();
    work.around(async {
        let call = client.get(format!("http://{first}/")).send();
        call.await.unwrap().text().await.unwrap();
    })
    .await;
    let bill = work.end();
    assert_eq!(bill.operations(OperationKind::HttpClient), 2);
    let recorded: f64 = meters.requests().iter().map(|point| point.sum).sum();
    let call = bill.time(Part::HttpClient).as_secs_f64();
    assert!(0.0 < call && call < recorded + 1e-6, "{recorded}, {bill:?}");
}
