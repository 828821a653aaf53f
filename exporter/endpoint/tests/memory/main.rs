//! Readers who do not read cost little memory.

#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test may")]

mod streams;

use std::{fs, net::SocketAddr, process::Command, time::Duration};

use kymo_endpoint::Endpoint;
use kymo_exposition::{Family, Kind, Label, Number, Series, Sink, Source, Value};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use streams::{growth_over_tls, narrow, on_streams};

/// A bookshop's page after 700 ordinary requests.
const PAGE: usize = 6_000_000;

/// A source with a page of many series.
struct Shop;

impl Source for Shop {
    fn collect(&self, sink: &mut dyn Sink) {
        sink.family(&Family { name: "sold", help: "", unit: "", kind: Kind::Gauge });
        let title = "x".repeat(200);
        for book in 0..PAGE / 225 {
            let book = book.to_string();
            let labels = [Label::new("title", &title), Label::new("book", &book)];
            let value = Value::Number(Number::U64(7), None);
            sink.series(&Series { labels: &labels, start_time: None, timestamp: None, value });
        }
    }
}

/// Runs `measure` in a process of its own, as the test `name`, and sees that it grows by less than three pages
/// there.
fn alone(name: &str, measure: impl FnOnce() -> usize) {
    alone_within(3 * PAGE, name, measure);
}

/// The same, by less than `most` bytes.
///
/// Its allocator has one arena: where there are several, what is free in one of them is not seen from
/// another, and the numbers are of the allocator.
fn alone_within(most: usize, name: &str, measure: impl FnOnce() -> usize) {
    const CHILD: &str = "KYMO_MEMORY_CHILD";
    if std::env::var_os(CHILD).is_some() {
        let grown = measure();
        assert!(grown < most, "{grown} bytes");
        return;
    }
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .envs([(CHILD, "1"), ("MALLOC_ARENA_MAX", "1")])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    let complained = String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success() && said.contains("1 passed"), "{said}{complained}");
}

/// The bytes of this process that are in memory.
fn resident() -> usize {
    let statm = fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

/// Serves the endpoint in a router, with HTTP/1 and HTTP/2.
async fn mount(endpoint: Endpoint) -> SocketAddr {
    let listener = TcpListener::bind("localhost:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = axum::Router::new().route_service("/metrics", endpoint);
    tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
    address
}

/// Serves the endpoint on a port of its own.
async fn serve(endpoint: Endpoint) -> SocketAddr {
    endpoint.serve("localhost:0").await.unwrap().local_addr().unwrap()
}

/// A connection over which something was asked before.
async fn connect(address: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /nothing HTTP/1.1\r\nHost: test\r\n\r\n").await.unwrap();
    let mut answer = [0; 512];
    let len = stream.read(&mut answer).await.unwrap();
    assert!(answer[..len].starts_with(b"HTTP/1.1 404"));
    stream
}

/// Asks for the page and reads nothing of it but the status.
async fn be_deaf(stream: TcpStream) -> TcpStream {
    be_deaf_to("*/*", stream).await
}

/// The same of the page in a format.
async fn be_deaf_to(accept: &str, mut stream: TcpStream) -> TcpStream {
    let get = format!("GET /metrics HTTP/1.1\r\nHost: test\r\nAccept: {accept}\r\n\r\n");
    stream.write_all(get.as_bytes()).await.unwrap();
    let mut status = [0; 15];
    stream.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 200 OK");
    stream
}

/// Reads the whole page, as Prometheus does.
async fn read(address: SocketAddr) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let get = b"GET /metrics HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";
    stream.write_all(get).await.unwrap();
    let (mut last, mut len) = (vec![0; 64 * 1024], 0);
    loop {
        let read = stream.read(&mut last).await.unwrap();
        len += read;
        if read == 0 {
            break;
        }
    }
    assert!(len > PAGE, "{len}");
}

/// How many bytes the process has grown by when `stall` has made readers of `clients`, while others are served
/// as always.
fn growth<C, R>(
    serve: impl AsyncFnOnce(Endpoint) -> SocketAddr,
    connect: impl AsyncFnOnce(SocketAddr) -> C,
    stall: impl AsyncFnOnce(C) -> R,
) -> usize {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let address = serve(Endpoint::new(Shop)).await;
        let clients = connect(address).await;
        // Whatever scrapes cost once is there already.
        for _ in 0..10 {
            read(address).await;
        }
        let before = resident();
        let readers = stall(clients).await;
        let mut most = resident();
        for _ in 0..5 {
            let reading = tokio::time::timeout(Duration::from_secs(10), read(address));
            reading.await.expect("Prometheus waits for so long");
            most = most.max(resident());
        }
        drop(readers);
        most.saturating_sub(before)
    })
}

/// So many connections that a request was made over.
async fn connections<const COUNT: usize>(address: SocketAddr) -> Vec<TcpStream> {
    (0..COUNT).map(|_| connect(address)).collect::<JoinSet<_>>().join_all().await
}

/// All stop to read at the same moment.
async fn at_once(clients: Vec<TcpStream>) -> Vec<TcpStream> {
    clients.into_iter().map(be_deaf).collect::<JoinSet<_>>().join_all().await
}

/// They stop to read at more moments than documents fit into memory.
async fn one_after_the_other(mut clients: Vec<TcpStream>) -> Vec<TcpStream> {
    let mut deaf = Vec::new();
    while !clients.is_empty() {
        let some = clients.split_off(clients.len().saturating_sub(50));
        deaf.extend(at_once(some).await);
    }
    deaf
}

/// More dialects than one collection has.
const DIALECTS: [&str; 10] = [
    "text/plain;version=1.0.0;escaping=allow-utf-8",
    "text/plain;version=1.0.0;escaping=dots",
    "text/plain;version=1.0.0;escaping=values",
    "text/plain;version=1.0.0;escaping=underscores",
    "application/openmetrics-text;escaping=allow-utf-8",
    "application/openmetrics-text;escaping=dots",
    "application/openmetrics-text;escaping=values",
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;\
     escaping=values",
    "*/*",
];

/// They stop to read at many moments, each in another format than the one before.
async fn in_all_dialects(mut clients: Vec<TcpStream>) -> Vec<TcpStream> {
    let mut deaf = Vec::new();
    while !clients.is_empty() {
        let some = clients.split_off(clients.len().saturating_sub(50)).into_iter();
        let some = some.zip(DIALECTS.into_iter().cycle());
        let stop = some.map(|(stream, accept)| be_deaf_to(accept, stream));
        deaf.extend(stop.collect::<JoinSet<_>>().join_all().await);
    }
    deaf
}

#[test]
fn readers_of_all_dialects_cost_less_than_three_times_the_pages_of_one_collection() {
    let name = "readers_of_all_dialects_cost_less_than_three_times_the_pages_of_one_collection";
    alone_within(3 * 6 * PAGE, name, || growth(mount, connections::<300>, in_all_dialects));
}

#[test]
fn three_hundred_readers_that_stop_cost_less_than_three_pages_in_a_router() {
    alone("three_hundred_readers_that_stop_cost_less_than_three_pages_in_a_router", || {
        growth(mount, connections::<300>, at_once)
    });
}

#[test]
fn readers_that_stop_at_many_moments_cost_less_than_three_pages_in_a_router() {
    alone("readers_that_stop_at_many_moments_cost_less_than_three_pages_in_a_router", || {
        growth(mount, connections::<300>, one_after_the_other)
    });
}

#[test]
fn streams_with_a_window_of_one_byte_cost_less_than_three_pages() {
    alone("streams_with_a_window_of_one_byte_cost_less_than_three_pages", || {
        growth(mount, narrow, on_streams)
    });
}

#[test]
fn readers_that_stop_cost_less_than_three_pages_on_a_listener() {
    alone("readers_that_stop_cost_less_than_three_pages_on_a_listener", || {
        growth(serve, connections::<60>, one_after_the_other)
    });
}

#[test]
fn streams_with_a_window_of_one_byte_cost_less_than_three_pages_over_tls() {
    alone("streams_with_a_window_of_one_byte_cost_less_than_three_pages_over_tls", || {
        growth_over_tls("/metrics")
    });
}

#[test]
fn humans_who_read_nothing_cost_less_than_three_pages_over_tls() {
    alone("humans_who_read_nothing_cost_less_than_three_pages_over_tls", || growth_over_tls("/"));
}
