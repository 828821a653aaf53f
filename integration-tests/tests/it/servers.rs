//! The layer on servers other than axum's.

use std::{borrow::Cow, convert::Infallible, time::Duration};

use http_body_util::Full;
use hyper::{Request, Response, server::conn::http1};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use integration_tests::{Client, eventually, laws};
use kymo::Telemetry;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Code, transport};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tower::Layer;

const COUNT: &str = "http_server_request_duration_seconds_count";
const SOON: Duration = Duration::from_secs(5);

/// How many requests with these labels are counted, once none is active any more.
async fn counted(telemetry: &Telemetry, labels: &[(&str, &str)]) -> f64 {
    let look = async || laws::scrape(telemetry).await;
    let settled = eventually(SOON, look, |scrape| {
        scrape.sum(COUNT, &[]) > 0.5 && scrape.sum("http_server_active_requests", &[]) < 0.5
    });
    settled.await.sum(COUNT, labels)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bare_hyper_service_is_measured() {
    let telemetry = laws::telemetry();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::new(format!("http://{}", listener.local_addr().unwrap()));
    let hello = tower::service_fn(async |_: Request<_>| {
        Ok::<_, Infallible>(Response::new(Full::new(bytes::Bytes::from("Dune"))))
    });
    let service = TowerToHyperService::new(telemetry.http().layer(hello));
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let http = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        http.await
    });
    assert_eq!(client.get("/books").await.text(), "Dune");
    let labels = [("http_response_status_code", "200"), ("network_protocol_version", "1.1")];
    assert!((counted(&telemetry, &labels).await - 1.0).abs() < 0.5);
    let scrape = laws::scrape(&telemetry).await;
    assert_eq!(scrape.samples(COUNT, &[]).next().unwrap().label("http_route"), None);
    server.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tonic_server_is_measured_with_its_methods_as_routes() {
    let telemetry = laws::telemetry();
    let (_reporter, health) = tonic_health::server::health_reporter();
    // The path of a gRPC call names a method of a service: a closed set.
    let layer = telemetry.http().route(|head| Some(Cow::Owned(head.uri.path().to_owned())));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let server = transport::Server::builder().layer(layer).add_service(health);
    let server = tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));

    let channel = transport::Endpoint::new(address).unwrap().connect().await.unwrap();
    let mut client = HealthClient::new(channel);
    client.check(HealthCheckRequest { service: String::new() }).await.unwrap();
    let unknown = HealthCheckRequest { service: "no.such.Service".to_owned() };
    assert_eq!(client.check(unknown).await.unwrap_err().code(), Code::NotFound);
    // A stream that the client leaves.
    let watch = client.watch(HealthCheckRequest { service: String::new() }).await.unwrap();
    drop(watch);

    let http2 = [("network_protocol_version", "2"), ("http_response_status_code", "200")];
    assert!((counted(&telemetry, &http2).await - 3.0).abs() < 0.5);
    let checks = [("http_route", "/grpc.health.v1.Health/Check")];
    assert!((counted(&telemetry, &checks).await - 2.0).abs() < 0.5);
    let left = [("http_route", "/grpc.health.v1.Health/Watch"), ("error_type", "cancelled")];
    assert!((counted(&telemetry, &left).await - 1.0).abs() < 0.5);
    server.abort();
}
