//! Clients of HTTP/2 that take their time meet a clock that is turned by hand.

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::server::graceful::GracefulShutdown;
use kymo_exposition::{Family, Kind, Number, Series, Sink, Source, Value};
use tokio::{
    io::{DuplexStream, duplex},
    task::{self, JoinHandle},
};

use super::*;

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
    let (client, server) = duplex(64 * 1024);
    let conversation = Conversation {
        endpoint: Endpoint::new(Large),
        client: Client { address: None, certified: None },
        guard: None,
        activity: Activity::new(),
        last: Arc::default(),
        over: Notify::new(),
    };
    let conversing = tokio::spawn(async move {
        let graceful = GracefulShutdown::new();
        conversation.serve(server, true, graceful.watcher()).await;
    });
    (client, conversing)
}

/// A client that answers whatever it is asked, and has room for little that it does not read.
async fn client(stream: DuplexStream) -> SendRequest<Empty<Bytes>> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.initial_stream_window_size(1000);
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
