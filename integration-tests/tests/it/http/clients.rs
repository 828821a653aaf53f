//! Channels of tonic, which put their server into requests only behind the layer.

use kymo::{http_client::MeasuredClient, testing::TestTelemetry};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::{Channel, Endpoint, Server};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tower::Layer;

const DURATION: &str = "http.client.request.duration";

/// A channel to a server on this port, measured as one to `books.internal`.
fn channel(telemetry: &TestTelemetry, port: u16) -> HealthClient<MeasuredClient<Channel>> {
    let channel = Endpoint::from_shared(format!("http://127.0.0.1:{port}")).unwrap().connect_lazy();
    let layer = telemetry.http_client().server("books.internal", 50051);
    HealthClient::new(layer.reads_errors::<tonic::transport::Error>().layer(channel))
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_through_a_channel_are_requests_to_the_server_that_the_layer_was_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (_reporter, health) = tonic_health::server::health_reporter();
    let server = Server::builder().add_service(health);
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));

    let telemetry = TestTelemetry::new();
    let mut client = channel(&telemetry, port);
    client.check(HealthCheckRequest::default()).await.unwrap();
    // A stream that goes on, until it is left.
    let watched = client.watch(HealthCheckRequest::default()).await.unwrap();
    let mut watched = watched.into_inner();
    watched.message().await.unwrap().unwrap();
    telemetry.snapshot().up_down_counter("http.client.active_requests").assert(1);
    drop(watched);

    let snapshot = telemetry.snapshot();
    snapshot.up_down_counter("http.client.active_requests").assert(0);
    let requests = || {
        let requests = snapshot.histogram(DURATION).with("server.address", "books.internal");
        let requests = requests.with("server.port", 50051).with("http.request.method", "POST");
        let requests = requests.with("network.protocol.version", "2");
        requests.with("http.response.status_code", 200)
    };
    requests().without("error.type").assert_count(1);
    requests().with("error.type", "cancelled").assert_count(1);
    snapshot.histogram(DURATION).assert_count(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_without_a_server_is_a_connection_error() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let telemetry = TestTelemetry::new();
    channel(&telemetry, closed.port()).check(HealthCheckRequest::default()).await.unwrap_err();
    let snapshot = telemetry.snapshot();
    let failed = snapshot.histogram(DURATION).with("error.type", "connection_error");
    failed.without("http.response.status_code").assert_count(1);
}
