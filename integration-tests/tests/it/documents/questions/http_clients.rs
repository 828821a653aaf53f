//! Prometheus answers the questions of `docs/http-clients.md`.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, body::Body, http::StatusCode, routing::get};
use http::Request;
use http_body_util::BodyExt;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use integration_tests::Prometheus;
use kymo::{Telemetry, http_client::UrlTemplate};
use tokio::{net::TcpListener, time::timeout};
use tower::{Layer, ServiceExt};

use crate::documents::questions;

/// One request of each kind: answered, refused, given up, and to a server that is not there.
async fn round(telemetry: &Telemetry, server: SocketAddr) {
    let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
    let client = telemetry.http_client().layer(client);
    for uri in [
        format!("http://{server}/users/7"),
        format!("http://{server}/fail"),
        format!("http://{server}/slow"),
        "http://127.0.0.1:1/".to_owned(),
    ] {
        let request = Request::get(uri).extension(UrlTemplate::new("/users/{id}"));
        let call = client.clone().oneshot(request.body(Body::empty()).unwrap());
        if let Ok(Ok(response)) = timeout(Duration::from_millis(50), call).await {
            drop(response.into_body().collect().await);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_about_http_clients_has_an_answer() {
    let telemetry = Telemetry::for_service("asker").prometheus().build().unwrap();
    let app = Router::new()
        .route("/users/{id}", get(async || "Paul"))
        .route("/fail", get(async || StatusCode::SERVICE_UNAVAILABLE))
        .route("/slow", get(async || std::future::pending::<()>().await))
        .route_service("/metrics", telemetry.endpoint());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, app).await });
    // The series are there before the first scrape, so that what comes after it is a rate.
    round(&telemetry, server).await;
    let prometheus = Prometheus::scraping(&server.to_string()).await;
    let questions = questions::of("http-clients.md");
    assert!(questions.len() >= 6, "{questions:#?}");
    questions::ask(&prometheus, &questions, async || round(&telemetry, server).await).await;
}
