//! Prometheus answers the questions of `docs/grpc.md`.

use std::time::Duration;

use axum::{body::Body, routing::post};
use http::HeaderValue;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use integration_tests::Prometheus;
use kymo::Telemetry;
use tokio::net::TcpListener;
use tonic::{
    Code, Request, Status,
    service::Routes,
    transport::{Channel, Endpoint},
};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use crate::documents::questions;

fn check(service: &str) -> Request<HealthCheckRequest> {
    Request::new(HealthCheckRequest { service: service.to_owned() })
}

/// A method that always fails.
const FAILING: &str = "/test.Books/Fail";

/// Clients of one server: of a service that it has, and of anything.
#[derive(Clone)]
struct Clients {
    health: HealthClient<Channel>,
    any: Client<HttpConnector, Body>,
    address: String,
}

impl Clients {
    async fn of(address: &str) -> Self {
        let channel = Endpoint::new(format!("http://{address}")).unwrap().connect().await.unwrap();
        let any = Client::builder(TokioExecutor::new()).http2_only(true).build_http();
        Self { health: HealthClient::new(channel), any, address: address.to_owned() }
    }

    /// A call that is answered, one that is refused, one that the client leaves, one that takes all the
    /// time that it was given, one that fails, and one of a method that there is not.
    async fn round(&self) {
        let mut health = self.health.clone();
        health.check(check("")).await.unwrap();
        assert_eq!(health.check(check("none")).await.unwrap_err().code(), Code::NotFound);
        drop(health.watch(check("")).await.unwrap());

        let mut timed = check("");
        timed.set_timeout(Duration::from_millis(100));
        // On a busy machine, the client itself gives up while it waits for the head.
        let watched = health.watch(timed).await;
        tokio::time::sleep(Duration::from_millis(110)).await;
        drop(watched);

        assert_eq!(self.call(FAILING).await, "13");
        assert_eq!(self.call("/test.Books/Missing").await, "12");
    }

    /// The status of a call without a message.
    async fn call(&self, path: &str) -> HeaderValue {
        let call = http::Request::post(format!("http://{}{path}", self.address));
        let call = call.header("content-type", "application/grpc").body(Body::empty()).unwrap();
        self.any.request(call).await.unwrap().headers()["grpc-status"].clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_about_grpc_has_an_answer() {
    let telemetry = Telemetry::for_service("health").prometheus().build().unwrap();
    let (_reporter, health) = tonic_health::server::health_reporter();
    let app = Routes::new(health)
        .into_axum_router()
        .route(FAILING, post(async || Status::internal("on purpose").into_http::<Body>()))
        .layer(telemetry.http())
        .route_service("/metrics", telemetry.endpoint());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let clients = Clients::of(&address).await;
    // The series are there before the first scrape, so that what comes after it is a rate.
    clients.round().await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let prometheus = Prometheus::scraping(&address).await;
    let questions = questions::of("grpc.md");
    assert!(questions.len() >= 6, "{questions:#?}");
    questions::find(&prometheus, &questions, async || clients.round().await).await;
    server.abort();
}
