//! Prometheus answers the questions of `docs/grpc.md`.

use std::time::Duration;

use integration_tests::Prometheus;
use kymo::Telemetry;
use tokio::net::TcpListener;
use tonic::{Code, Request, service::Routes, transport::Endpoint};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use crate::documents::questions;

fn check(service: &str) -> Request<HealthCheckRequest> {
    Request::new(HealthCheckRequest { service: service.to_owned() })
}

/// One call that is answered, one that is refused, and one that the client leaves.
async fn round(client: &mut HealthClient<tonic::transport::Channel>) {
    client.check(check("")).await.unwrap();
    assert_eq!(client.check(check("none")).await.unwrap_err().code(), Code::NotFound);
    drop(client.watch(check("")).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_about_grpc_has_an_answer() {
    let telemetry = Telemetry::for_service("health").prometheus().build().unwrap();
    let (_reporter, health) = tonic_health::server::health_reporter();
    let app = Routes::new(health)
        .into_axum_router()
        .layer(telemetry.http())
        .route_service("/metrics", telemetry.endpoint());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let channel = Endpoint::new(format!("http://{address}")).unwrap().connect().await.unwrap();
    let client = HealthClient::new(channel);
    // The series are there before the first scrape, so that what comes after it is a rate.
    round(&mut client.clone()).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let prometheus = Prometheus::scraping(&address).await;
    let questions = questions::of("grpc.md");
    assert!(questions.len() >= 5, "{questions:#?}");
    questions::ask(&prometheus, &questions, async || round(&mut client.clone()).await).await;
    server.abort();
}
