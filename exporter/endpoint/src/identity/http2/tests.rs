//! Clients of HTTP/2 that take their time meet a clock that is turned by hand.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::{
    body::Incoming,
    client::conn::http2::{Builder, SendRequest},
};
use hyper_util::server::graceful::GracefulShutdown;
use kymo_exposition::{Family, Kind, Number, Series, Sink, Source, Value};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    sync::Notify,
    task::{self, JoinHandle},
    time,
};

use super::*;
use crate::{Endpoint, Table, access::Client, activity::Activity, last_scrape::LastScrape};

/// A source with more to say than is buffered for a client that does not read.
struct Large;

impl Large {
    const LEN: usize = 500_000;
}

impl Source for Large {
    fn collect(&self, sink: &mut dyn Sink) {
        let help = &"x".repeat(Self::LEN);
        sink.family(&Family { name: "large", help, unit: "", kind: Kind::Gauge });
        let value = Value::Number(Number::U64(1), None);
        sink.series(&Series { labels: &[], start_time: None, timestamp: None, value });
    }
}

/// Holds the clock until it is dropped, so that it does not go on while a document is written elsewhere.
fn held_clock() -> std::sync::mpsc::Sender<()> {
    let (held, release) = std::sync::mpsc::channel();
    task::spawn_blocking(move || release.recv());
    held
}

async fn pass(seconds: u64) {
    for _ in 0..seconds {
        time::advance(Duration::from_secs(1)).await;
        for _ in 0..20 {
            task::yield_now().await;
        }
    }
}

/// The client's end of a connection, and the conversation at the other one.
fn connect() -> (DuplexStream, JoinHandle<()>) {
    connect_to(Endpoint::new(Large), Arc::default(), true)
}

fn connect_to(
    endpoint: Endpoint,
    last: Arc<LastScrape>,
    is_http2: bool,
) -> (DuplexStream, JoinHandle<()>) {
    let (client, server) = duplex(if is_http2 { 64 * 1024 } else { 100 });
    let conversation = Conversation {
        endpoint,
        client: Client { address: None, certified: None },
        guard: None,
        activity: Activity::new(),
        last,
        over: Notify::new(),
    };
    let conversing = tokio::spawn(async move {
        let graceful = GracefulShutdown::new();
        let watcher = graceful.watcher();
        if is_http2 {
            conversation.serve_http2(server, watcher).await;
        } else {
            conversation.serve(server, watcher).await;
        }
    });
    (client, conversing)
}

/// A client that answers whatever it is asked, and has room for little that it does not read.
async fn client(stream: DuplexStream) -> SendRequest<Empty<Bytes>> {
    client_with(1000, stream).await
}

async fn client_with(window: u32, stream: DuplexStream) -> SendRequest<Empty<Bytes>> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.initial_stream_window_size(window);
    let (streams, connection) = builder.handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    streams
}

async fn get(streams: &mut SendRequest<Empty<Bytes>>, path: &str) -> Response<Incoming> {
    let request = Request::get(format!("http://test{path}")).body(Empty::new());
    streams.send_request(request.unwrap()).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_exchange_has_half_a_minute_whenever_it_begins() {
    let _held = held_clock();
    for (before, silence, is_whole) in
        [(0, 25, true), (15, 25, true), (25, 25, true), (45, 25, true), (15, 31, false)]
    {
        let (stream, conversing) = connect();
        let mut streams = client(stream).await;
        assert_eq!(get(&mut streams, "/").await.status(), StatusCode::OK);
        pass(before).await;
        let response = get(&mut streams, "/metrics").await;
        pass(silence).await;
        let body = response.into_body().collect().await;
        let len = body.map_or(0, |body| body.to_bytes().len());
        assert_eq!(len > Large::LEN, is_whole, "{before} s, {silence} s: {len} bytes");
        assert_eq!(conversing.is_finished(), !is_whole);
    }
}

#[tokio::test(start_paused = true)]
async fn an_exchange_has_its_time_also_if_others_begin_and_end_meanwhile() {
    let _held = held_clock();
    let (stream, conversing) = connect();
    let mut streams = client(stream).await;
    let deaf = get(&mut streams, "/metrics").await;
    for _ in 0..5 {
        pass(5).await;
        let page = get(&mut streams, "/metrics").await.into_body().collect().await.unwrap();
        assert!(page.to_bytes().len() > Large::LEN);
    }
    let later = get(&mut streams, "/metrics").await;
    pass(2).await;
    assert!(!conversing.is_finished());
    pass(4).await;
    assert!(conversing.is_finished(), "the first one took too long");
    assert!(deaf.into_body().collect().await.is_err());
    drop(later);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_only_says_that_it_is_there_is_idle() {
    let _held = held_clock();
    let (stream, conversing) = connect();
    let mut streams = client(stream).await;
    for _ in 0..3 {
        assert_eq!(get(&mut streams, "/").await.status(), StatusCode::OK);
        pass(110).await;
        assert!(!conversing.is_finished());
    }
    pass(15).await;
    assert!(conversing.is_finished());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_never_begins_is_idle_too() {
    let _held = held_clock();
    let (stream, conversing) = connect();
    pass(110).await;
    assert!(!conversing.is_finished());
    pass(15).await;
    assert!(conversing.is_finished());
    drop(stream);
}

#[tokio::test(start_paused = true)]
async fn a_look_has_half_a_minute_too_however_little_of_it_is_taken() {
    let _held = held_clock();
    let rows = || {
        let mut table = Table::new("Configuration", ["setting"]);
        (0..200).for_each(|_| table.push(["x".repeat(500)]));
        vec![table]
    };
    for window in [0, 1000, 10_000] {
        let endpoint = Endpoint::new(Large).show(rows);
        let (stream, conversing) = connect_to(endpoint, Arc::default(), true);
        let mut streams = client_with(window, stream).await;
        let mut deaf = Vec::new();
        for _ in 0..4 {
            deaf.push(get(&mut streams, "/").await);
            pass(7).await;
            assert_eq!(get(&mut streams, "/nothing").await.status(), StatusCode::NOT_FOUND);
        }
        assert!(!conversing.is_finished(), "{window}");
        pass(4).await;
        assert!(conversing.is_finished(), "{window}: the first one took too long");
        for look in deaf {
            assert!(look.into_body().collect().await.is_err(), "{window}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_small_page_has_half_a_minute_as_any_other() {
    let _held = held_clock();
    let (stream, conversing) = connect_to(Endpoint::new(Small), Arc::default(), true);
    let mut streams = client_with(0, stream).await;
    let deaf = get(&mut streams, "/metrics").await;
    pass(28).await;
    assert!(!conversing.is_finished());
    pass(4).await;
    assert!(conversing.is_finished());
    assert!(deaf.into_body().collect().await.is_err());
}

/// A source whose page is a single part.
struct Small;

impl Source for Small {
    fn collect(&self, sink: &mut dyn Sink) {
        let help = &"x".repeat(1_000);
        sink.family(&Family { name: "small", help, unit: "", kind: Kind::Gauge });
        let value = Value::Number(Number::U64(1), None);
        sink.series(&Series { labels: &[], start_time: None, timestamp: None, value });
    }
}

/// Whether the last scrape has come.
async fn has_come(last: &LastScrape) -> bool {
    pass(1).await;
    last.has_come()
}

#[tokio::test(start_paused = true)]
async fn the_last_scrape_has_come_when_it_is_sent() {
    let _held = held_clock();
    let last = Arc::new(LastScrape::default());
    last.want();
    let (mut stream, _conversing) = connect_to(Endpoint::new(Small), Arc::clone(&last), false);
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n").await.unwrap();
    let mut page = vec![0; 500];
    stream.read_exact(&mut page).await.unwrap();
    assert!(!has_come(&last).await, "some of it is yet to be sent");
    while !page.ends_with(b"small 1\n") {
        assert_ne!(stream.read_buf(&mut page).await.unwrap(), 0);
    }
    assert!(has_come(&last).await);

    let last = Arc::new(LastScrape::default());
    last.want();
    for window in [0, 1, 1_000] {
        let (stream, _conversing) = connect_to(Endpoint::new(Small), Arc::clone(&last), true);
        let mut streams = client_with(window, stream).await;
        let deaf = get(&mut streams, "/metrics").await;
        assert!(!has_come(&last).await, "{window}: some of it is yet to be sent");
        drop(deaf);
        assert!(!has_come(&last).await, "{window}: nobody has it");
    }
    let (stream, _conversing) = connect_to(Endpoint::new(Small), Arc::clone(&last), true);
    let mut streams = client(stream).await;
    let page = get(&mut streams, "/metrics").await.into_body().collect().await.unwrap();
    assert!(page.to_bytes().ends_with(b"small 1\n"));
    assert!(has_come(&last).await);
}
