//! Clients of HTTP/2 that take next to nothing.

use std::{
    fs,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http::Request;
use http_body_util::Empty;
use hyper::{body::Incoming, client::conn::http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use kymo_endpoint::{Access, Endpoint, Table};
use rcgen::{CertifiedKey, KeyPair};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::JoinSet,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::{growth, mount, serve};

/// The streams of one connection of HTTP/2.
const STREAMS: usize = 46;

/// Serves the endpoint in a router, and over TLS on a port of its own, with one scraper for both.
async fn serve_both(endpoint: Endpoint, own: &CertifiedKey<KeyPair>) -> (SocketAddr, SocketAddr) {
    let folder = tempfile::tempdir().unwrap();
    let config = "tls_server_config: {cert_file: own.crt, key_file: own.key}\n";
    for (name, text) in [
        ("own.crt", own.cert.pem()),
        ("own.key", own.signing_key.serialize_pem()),
        ("web-config.yml", config.to_owned()),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let access = Access::new().web_config(folder.path().join("web-config.yml"));
    let mounted = mount(endpoint.clone()).await;
    (mounted, serve(endpoint.access(access).unwrap()).await)
}

/// A connection of HTTP/2 over TLS.
async fn encrypted(address: SocketAddr, own: &CertifiedKey<KeyPair>) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(own.cert.der().clone()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let stream = TcpStream::connect(address).await.unwrap();
    let name = "localhost".try_into().unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
}

pub(crate) type Streams = http2::SendRequest<Empty<Bytes>>;

/// A connection of HTTP/2 whose streams have a window of one byte.
pub(crate) async fn narrow(address: SocketAddr) -> (Streams, SocketAddr) {
    (narrow_on(TcpStream::connect(address).await.unwrap()).await, address)
}

async fn narrow_on(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Streams {
    let mut client = http2::Builder::new(TokioExecutor::new());
    client.initial_stream_window_size(1);
    let (streams, connection) = client.handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    streams
}

pub(crate) async fn on_streams(
    (streams, address): (Streams, SocketAddr),
) -> (Streams, Vec<Incoming>) {
    let bodies = on_so_many_streams(STREAMS, "/metrics", &streams, address).await;
    (streams, bodies)
}

async fn on_so_many_streams(
    count: usize,
    path: &'static str,
    streams: &Streams,
    address: SocketAddr,
) -> Vec<Incoming> {
    let read = |mut streams: Streams| async move {
        streams.ready().await.unwrap();
        let request = Request::get(format!("http://{address}{path}")).body(Empty::new());
        let response = streams.send_request(request.unwrap()).await.unwrap();
        assert_eq!(response.status(), 200);
        response.into_body()
    };
    (0..count).map(|_| read(streams.clone())).collect::<JoinSet<_>>().join_all().await
}

/// How many bytes the process has grown by when many read nothing of what is at `path` over TLS, on as many
/// streams as a connection may have, at more moments than documents fit into memory.
pub(crate) fn growth_over_tls(path: &'static str) -> usize {
    let own = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let listening = Mutex::new(None);
    let serve = async |endpoint: Endpoint| {
        let (mounted, own) = serve_both(endpoint.show(settings), &own).await;
        *listening.lock().unwrap() = Some(own);
        mounted
    };
    let connect = async |_| {
        let address = listening.lock().unwrap().unwrap();
        let mut clients = Vec::new();
        for _ in 0..40 {
            clients.push((narrow_on(encrypted(address, &own).await).await, address));
        }
        clients
    };
    let stall = async |clients: Vec<(Streams, SocketAddr)>| {
        let mut stalled = Vec::new();
        for (streams, address) in clients {
            let bodies = on_so_many_streams(8, path, &streams, address).await;
            stalled.push((streams, bodies));
        }
        stalled
    };
    growth(serve, connect, stall)
}

/// As much as humans are ever shown.
fn settings() -> Vec<Table> {
    let mut table = Table::new("Configuration", ["setting", "value"]);
    (0..250).for_each(|_| table.push(["x".repeat(500), "y".repeat(500)]));
    vec![table]
}
