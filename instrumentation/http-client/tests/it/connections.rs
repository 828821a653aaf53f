//! hyper-util's client, over connections that fail in every way.

use std::{future, net::SocketAddr, sync::Arc, time::Duration};

use axum::body::Body;
use http::{Request, Response, Uri};
use http_body_util::BodyExt;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
};
use kymo_http_client::MeasuredClient;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tower::{Layer, Service, service_fn};

use crate::client_meters::{ClientMeters, end};

fn client(meters: &ClientMeters) -> MeasuredClient<Client<HttpConnector, Body>> {
    meters.layer().layer(Client::builder(TokioExecutor::new()).build_http())
}

fn get(uri: &str) -> Request<Body> {
    Request::get(uri).body(Body::empty()).unwrap()
}

/// A server whose one connection reads a head, is answered with `bytes`, and goes on as `then` says.
async fn server<F: Future<Output = ()> + Send>(
    bytes: &'static str,
    then: impl FnOnce(TcpStream) -> F + Send + 'static,
) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut stream = listener.accept().await.unwrap().0;
        assert_ne!(stream.read(&mut [0; 4096]).await.unwrap(), 0);
        stream.write_all(bytes.as_bytes()).await.unwrap();
        then(stream).await;
    });
    address
}

async fn close(stream: TcpStream) {
    drop(stream);
}

async fn stall(stream: TcpStream) {
    future::pending::<()>().await;
    drop(stream);
}

#[tokio::test]
async fn a_connection_that_is_refused_is_a_connection_error() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let meters = ClientMeters::new();
    client(&meters).call(get(&format!("http://{closed}/"))).await.unwrap_err();
    assert_eq!(meters.the_end(), end(Some("connection_error"), None));
    let point = meters.the_request();
    assert_eq!(point.get("server.address"), Some("127.0.0.1"));
    assert_eq!(point.get("server.port"), Some(closed.port().to_string().as_str()));
    assert_eq!(point.get("network.protocol.version"), None, "nobody knows it");
}

#[tokio::test]
async fn a_host_that_nobody_knows_is_a_name_resolution_error() {
    let meters = ClientMeters::new();
    client(&meters).call(get("http://nowhere.invalid/")).await.unwrap_err();
    assert_eq!(meters.the_end(), end(Some("name_resolution_error"), None));
}

#[tokio::test]
async fn a_connector_that_gives_up_is_a_time_out() {
    let connector = service_fn(|_: Uri| {
        let slow = future::pending::<TokioIo<TcpStream>>();
        Box::pin(tokio::time::timeout(Duration::from_millis(20), slow))
    });
    let meters = ClientMeters::new();
    let client = Client::builder(TokioExecutor::new()).build::<_, Body>(connector);
    meters.layer().layer(client).call(get("http://slow.example/")).await.unwrap_err();
    assert_eq!(meters.the_end(), end(Some("timeout"), None));
}

#[tokio::test]
async fn a_server_that_closes_before_its_head_is_whole_ended_the_response() {
    for bytes in ["", "HTTP/1.1 200 OK\r\ncontent-le"] {
        let address = server(bytes, close).await;
        let meters = ClientMeters::new();
        client(&meters).call(get(&format!("http://{address}/"))).await.unwrap_err();
        assert_eq!(meters.the_end(), end(Some("response_ended"), None), "{bytes}");
    }
}

#[tokio::test]
async fn a_server_that_answers_no_http_is_another_error() {
    let address = server("SSH-2.0-OpenSSH_9.2\r\n\r\n", close).await;
    let meters = ClientMeters::new();
    client(&meters).call(get(&format!("http://{address}/"))).await.unwrap_err();
    assert_eq!(meters.the_end(), end(Some("_OTHER"), None));
}

#[tokio::test]
async fn a_server_that_dies_in_the_body_is_a_body_error_with_its_status() {
    for bytes in [
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nDune",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nDune\r\n",
    ] {
        let address = server(bytes, close).await;
        let meters = ClientMeters::new();
        let response = client(&meters).call(get(&format!("http://{address}/"))).await.unwrap();
        response.into_body().collect().await.unwrap_err();
        assert_eq!(meters.the_end(), end(Some("body_error"), Some("200")), "{bytes}");
    }
}

#[tokio::test]
async fn a_caller_that_gives_up_cancels_before_and_after_the_head() {
    let patience = Duration::from_millis(50);
    let address = server("", stall).await;
    let meters = ClientMeters::new();
    let call = client(&meters).call(get(&format!("http://{address}/")));
    tokio::time::timeout(patience, call).await.unwrap_err();
    assert_eq!(meters.the_end(), end(Some("cancelled"), None));

    let address = server("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nDune", stall).await;
    let meters = ClientMeters::new();
    let response = client(&meters).call(get(&format!("http://{address}/"))).await.unwrap();
    tokio::time::timeout(patience, response.into_body().collect()).await.unwrap_err();
    assert_eq!(meters.the_end(), end(Some("cancelled"), Some("200")));
}

#[tokio::test]
async fn a_response_that_ends_with_its_connection_is_whole() {
    let address = server("HTTP/1.1 200 OK\r\n\r\nDune", close).await;
    let meters = ClientMeters::new();
    let response = client(&meters).call(get(&format!("http://{address}/"))).await.unwrap();
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "Dune");
    assert_eq!(meters.the_end(), end(None, Some("200")));
}

/// hyper's client over TLS, which trusts the certificates in `roots`.
fn secure(
    meters: &ClientMeters,
    roots: rustls::RootCertStore,
) -> impl Service<
    Request<Body>,
    Response = Response<impl http_body::Body<Data = axum::body::Bytes, Error: std::fmt::Debug>>,
    Error: std::fmt::Debug,
> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let tls = tls.unwrap().with_root_certificates(roots).with_no_client_auth();
    let connector = hyper_rustls::HttpsConnectorBuilder::new().with_tls_config(tls);
    let connector = connector.https_only().enable_http1().build();
    meters.layer().layer(Client::builder(TokioExecutor::new()).build::<_, Body>(connector))
}

/// A server over TLS for `localhost`, and its certificate.
async fn secure_server() -> (SocketAddr, rustls::pki_types::CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls =
        rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let tls = tls.unwrap().with_no_client_auth();
    let tls = tls.with_single_cert(vec![certificate.clone()], key).unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(tls));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let Ok(mut stream) = acceptor.accept(listener.accept().await.unwrap().0).await else {
            return;
        };
        assert_ne!(stream.read(&mut [0; 4096]).await.unwrap(), 0);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nDune").await.unwrap();
        stream.shutdown().await.unwrap();
    });
    (address, certificate)
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_a_secure_connection_error() {
    let (address, certificate) = secure_server().await;
    let meters = ClientMeters::new();
    let uri = format!("https://localhost:{}/", address.port());
    let strange = secure(&meters, rustls::RootCertStore::empty()).call(get(&uri)).await;
    assert!(strange.is_err());
    assert_eq!(meters.the_end(), end(Some("secure_connection_error"), None));
    drop(certificate);

    let (address, certificate) = secure_server().await;
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate).unwrap();
    let meters = ClientMeters::new();
    let uri = format!("https://localhost:{}/", address.port());
    let response = secure(&meters, roots).call(get(&uri)).await.unwrap();
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "Dune");
    assert_eq!(meters.the_end(), end(None, Some("200")));
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_a_secure_connection_error() {
    let address = server("HTTP/1.1 400 Bad Request\r\n\r\n", close).await;
    let meters = ClientMeters::new();
    let uri = format!("https://localhost:{}/", address.port());
    let answer = secure(&meters, rustls::RootCertStore::empty()).call(get(&uri)).await;
    assert!(answer.is_err());
    assert_eq!(meters.the_end(), end(Some("secure_connection_error"), None));
}
