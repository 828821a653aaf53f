//! The layer on servers other than axum's.

use std::{convert::Infallible, time::Duration};

use http_body_util::Full;
use hyper::{Request, Response, server::conn::http1};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use integration_tests::Client;
use kymo::testing::{Snapshot, TestTelemetry};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Code, transport};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tower::Layer;

const DURATION: &str = "http.server.request.duration";
const SOON: Duration = Duration::from_secs(5);

/// Waits until no request is active any more, and gives back what was recorded.
async fn settled(telemetry: &TestTelemetry) -> Snapshot {
    let is_settled = |metrics: &Snapshot| {
        let active = metrics.up_down_counter("http.server.active_requests").try_value();
        metrics.histogram(DURATION).try_count().is_some() && active == Some(0.into())
    };
    telemetry.eventually(SOON, is_settled).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bare_hyper_service_is_measured() {
    let telemetry = TestTelemetry::new();
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
    let metrics = settled(&telemetry).await;
    let answered = metrics.histogram(DURATION).with("http.response.status_code", 200);
    let answered = answered.with("network.protocol.version", "1.1").without("http.route");
    answered.assert_count(1);
    server.abort();
}

/// As in the document.
#[tokio::test(flavor = "multi_thread")]
async fn a_tonic_server_is_measured_by_its_methods_and_their_statuses() {
    let telemetry = TestTelemetry::new();
    let (_reporter, health) = tonic_health::server::health_reporter();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let server = transport::Server::builder().layer(telemetry.http()).add_service(health);
    let server = tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));

    let channel = transport::Endpoint::new(address).unwrap().connect().await.unwrap();
    let mut client = HealthClient::new(channel);
    client.check(HealthCheckRequest { service: String::new() }).await.unwrap();
    let unknown = HealthCheckRequest { service: "no.such.Service".to_owned() };
    assert_eq!(client.check(unknown).await.unwrap_err().code(), Code::NotFound);
    // A stream that the client leaves.
    let watch = client.watch(HealthCheckRequest { service: String::new() }).await.unwrap();
    let mut watch = watch.into_inner();
    assert!(watch.message().await.unwrap().is_some());
    drop(watch);

    let metrics = settled(&telemetry).await;
    let requests = metrics.histogram(DURATION).with("network.protocol.version", "2");
    requests.clone().with("http.response.status_code", 200).assert_count(3);
    requests.with("error.type", "cancelled").assert_count(1);
    let calls = metrics.histogram("rpc.server.call.duration").with("rpc.system.name", "grpc");
    let checks = calls.clone().with("rpc.method", "grpc.health.v1.Health/Check");
    checks.clone().with("rpc.response.status_code", "OK").assert_count(1);
    checks.with("rpc.response.status_code", "NOT_FOUND").without("error.type").assert_count(1);
    let left = calls.with("rpc.method", "grpc.health.v1.Health/Watch");
    left.with("error.type", "cancelled").without("rpc.response.status_code").assert_count(1);
    server.abort();
}
