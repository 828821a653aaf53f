//! Clients that take their time meet a clock that is turned by hand.

use std::{future::pending, sync::mpsc};

use kymo_exposition::{Family, Kind, Number, Series, Sink, Source, Value};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::*;
use crate::{Access, socket::Socket};

const GET: &[u8] = b"GET /metrics HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";

struct Up;

impl Source for Up {
    fn collect(&self, sink: &mut dyn Sink) {
        sink.family(&Family { name: "up", help: "", unit: "", kind: Kind::Gauge });
        let value = Value::Number(Number::U64(1), None);
        sink.series(&Series { labels: &[], start_time: None, timestamp: None, value });
    }
}

/// A source with more to say than the system buffers for a client that does not read.
struct Large;

impl Large {
    const LEN: usize = 6_000_000;
}

impl Source for Large {
    fn collect(&self, sink: &mut dyn Sink) {
        let help = &"x".repeat(Self::LEN);
        sink.family(&Family { name: "large", help, unit: "", kind: Kind::Gauge });
        let value = Value::Number(Number::U64(1), None);
        sink.series(&Series { labels: &[], start_time: None, timestamp: None, value });
    }
}

/// Listens in the runtime of the test, whose clock it is.
async fn listen(source: impl Source + 'static) -> SocketAddr {
    listen_to(Endpoint::new(source)).await
}

async fn listen_to(endpoint: Endpoint) -> SocketAddr {
    let listener = TcpListener::bind("localhost:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let scraper = endpoint.scraper().cloned().unwrap();
    let traces = Traces::new(scraper, vec![Place::Tcp(address)], Vec::new());
    let listener = Accepting::enter(vec![Socket::Tcp(listener.into_std().unwrap())]).unwrap();
    tokio::spawn(accept(listener, traces, endpoint, pending(), pending()));
    address
}

/// Holds the clock until it is dropped: it goes on when it is turned, and not while there is nothing to
/// do but to wait for a document, which is written elsewhere.
fn held_clock() -> mpsc::Sender<()> {
    let (held, release) = mpsc::channel();
    task::spawn_blocking(move || release.recv());
    held
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_is_dropped_after_half_a_minute() {
    let _held = held_clock();
    let address = listen(Large).await;
    for (silence, whole) in [(20, true), (40, false)] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(GET).await.unwrap();
        stream.readable().await.unwrap();
        time::advance(Duration::from_secs(silence)).await;
        let mut response = Vec::new();
        // A connection may be reset instead of ended.
        let _ = stream.read_to_end(&mut response).await;
        assert_eq!(response.len() > Large::LEN, whole, "{silence} s: {} bytes", response.len());
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_may_be_idle_between_scrapes_for_longer_than_a_scrape_may_take() {
    let _held = held_clock();
    let address = listen(Up).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    for _ in 0..3 {
        stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n").await.unwrap();
        let mut response = Vec::new();
        while !response.ends_with(b"up 1\n") {
            assert_ne!(stream.read_buf(&mut response).await.unwrap(), 0);
        }
        time::advance(Duration::from_secs(100)).await;
    }
    time::advance(Duration::from_secs(100)).await;
    assert_eq!(stream.read(&mut [0]).await.unwrap(), 0, "but not forever");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_end_its_handshake_is_dropped_after_ten_seconds() {
    let _held = held_clock();
    let folder = tempfile::tempdir().unwrap();
    let own = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let config = "tls_server_config: {cert_file: own.crt, key_file: own.key}";
    for (name, text) in [
        ("own.crt", own.cert.pem()),
        ("own.key", own.signing_key.serialize_pem()),
        ("web-config.yml", config.to_owned()),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let access = Access::new().web_config(folder.path().join("web-config.yml"));
    let address = listen_to(Endpoint::new(Up).access(access).unwrap()).await;
    // Nothing at all, and the beginning of a handshake.
    for said in [&b""[..], &[0x16, 3, 1, 2]] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(said).await.unwrap();
        for _ in 0..100 {
            task::yield_now().await;
        }
        time::advance(Duration::from_secs(9)).await;
        let early = time::timeout(Duration::ZERO, stream.read(&mut [0])).await;
        assert!(early.is_err(), "{said:?}: {early:?}");
        time::advance(Duration::from_secs(2)).await;
        let ended = stream.read(&mut [0]).await;
        assert!(!matches!(ended, Ok(1..)), "{said:?}: {ended:?}");
    }
}
