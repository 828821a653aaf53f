//! Server-sent events and upgraded connections are requests until their head, then streams.

use std::{
    convert::Infallible,
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::ws::{Message, WebSocket, WebSocketUpgrade},
    http::Request,
    response::{Sse, sse::Event},
    routing::get,
};
use futures_util::{SinkExt, StreamExt};
use http_body_util::BodyExt;
use hyper_util::{rt::TokioIo, server::conn::auto, service::TowerToHyperService};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tower::ServiceExt;

use crate::{server_meters::ServerMeters, sockets::Listening};

const DURATION: &str = "kymo.http.server.stream.duration";
const SIZES: [&str; 2] = ["http.server.request.body.size", "http.server.response.body.size"];

#[tokio::test]
async fn server_sent_events_leave_the_active_requests_at_their_head() {
    let meters = ServerMeters::new();
    let events = || async {
        let tick = futures_util::stream::repeat(Ok::<_, Infallible>(Event::default().data("tick")));
        Sse::new(tick)
    };
    let app = Router::new().route("/events", get(events)).layer(meters.layer());
    let request = Request::get("/events").body(Body::empty()).unwrap();
    let mut body = app.oneshot(request).await.unwrap().into_body();

    assert_eq!(meters.the_request().get("error.type"), None);
    assert_eq!((meters.active(), meters.streams()), (0, 1));
    assert_eq!(meters.of(DURATION), []);
    for size in SIZES {
        assert_eq!(meters.of(size), [], "it is not known before the end");
    }

    let bytes = body.frame().await.unwrap().unwrap().into_data().unwrap().len();
    drop(body);
    assert_eq!((meters.active(), meters.streams()), (0, 0));
    let stream = meters.only(DURATION);
    assert_eq!(stream.count, 1);
    assert_eq!(stream.get("kymo.http.stream.kind"), Some("sse"));
    assert_eq!(stream.get("http.route"), Some("/events"));
    assert_eq!(meters.the_request().get("error.type"), None, "to leave a stream is no error");
    assert_eq!(SIZES.map(|size| meters.only(size).count), [1, 1]);
    assert_eq!(SIZES.map(|size| meters.only(size).sum), [0.0, bytes as f64]);
}

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(Message::Text(text))) = socket.recv().await {
        if socket.send(Message::Text(text)).await.is_err() {
            return;
        }
    }
}

fn websocket_app(meters: &ServerMeters) -> Router {
    let upgrade = async |upgrade: WebSocketUpgrade| upgrade.on_upgrade(echo);
    Router::new().route("/echo", get(upgrade)).layer(meters.layer())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_works_as_ever_and_counts_until_it_is_closed() {
    let meters = ServerMeters::new();
    let server = Listening::start(websocket_app(&meters)).await;
    let url = format!("ws://{}/echo", server.address);
    let (mut socket, response) = tokio_tungstenite::connect_async(url).await.unwrap();
    assert_eq!(response.status(), 101);
    for text in ["Dune", &"x".repeat(1_000_000)] {
        socket.send(text.into()).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap().into_text().unwrap(), text);
    }
    let request = meters.the_request();
    assert_eq!(request.get("http.response.status_code"), Some("101"));
    assert_eq!(request.get("error.type"), None);
    assert_eq!((meters.active(), meters.streams()), (0, 1));
    // What goes over it then is no body.
    assert_eq!(SIZES.map(|size| (meters.only(size).count, meters.only(size).sum)), [(1, 0.0); 2]);

    socket.close(None).await.unwrap();
    drop(socket);
    server.until(|| meters.streams() == 0).await;
    let stream = meters.only(DURATION);
    assert_eq!(stream.count, 1);
    assert_eq!(stream.get("kymo.http.stream.kind"), Some("websocket"));
    assert_eq!(stream.get("http.route"), Some("/echo"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_whose_client_vanishes_is_counted_down() {
    let meters = ServerMeters::new();
    let server = Listening::start(websocket_app(&meters)).await;
    let url = format!("ws://{}/echo", server.address);
    let sockets = futures_util::future::join_all((0..20).map(|_| {
        let url = url.clone();
        async move { tokio_tungstenite::connect_async(url).await.unwrap().0 }
    }));
    let sockets = sockets.await;
    server.until(|| meters.streams() == 20).await;
    drop(sockets);
    server.until(|| meters.streams() == 0).await;
    assert_eq!(meters.only(DURATION).count, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_to_any_protocol_counts_and_carries_bytes_in_both_directions() {
    let meters = ServerMeters::new();
    let upgrade = async |mut request: Request<Body>| {
        let upgraded = hyper::upgrade::on(&mut request);
        tokio::spawn(async move {
            let mut io = TokioIo::new(upgraded.await.unwrap());
            let mut word = [0; 4];
            io.read_exact(&mut word).await.unwrap();
            word.reverse();
            io.write_all(&word).await.unwrap();
            io.shutdown().await.unwrap();
        });
        (
            http::StatusCode::SWITCHING_PROTOCOLS,
            [("connection", "upgrade"), ("upgrade", "backwards")],
        )
    };
    let app = Router::new().route("/", get(upgrade)).layer(meters.layer());
    let server = Listening::start(app).await;
    let mut client = tokio::net::TcpStream::connect(server.address).await.unwrap();
    // The first bytes of the new protocol arrive in one packet with the request.
    let request =
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: backwards\r\n\r\nDune";
    client.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
    assert!(answer.ends_with("\r\n\r\nenuD"), "{answer}");
    server.until(|| meters.streams() == 0).await;
    assert_eq!(meters.only(DURATION).get("kymo.http.stream.kind"), Some("upgrade"));
    assert_eq!(meters.the_request().get("http.response.status_code"), Some("101"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_that_is_refused_is_an_ordinary_request() {
    let meters = ServerMeters::new();
    let refuse = async |mut request: Request<Body>| {
        let upgraded = hyper::upgrade::on(&mut request);
        // The service is told that there will be no upgrade.
        tokio::spawn(async { upgraded.await.map(drop).unwrap_err() });
        (http::StatusCode::UPGRADE_REQUIRED, "no")
    };
    let app = Router::new().route("/", get(refuse)).layer(meters.layer());
    let server = Listening::start(app).await;
    let mut client = tokio::net::TcpStream::connect(server.address).await.unwrap();
    let request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h9\r\n\r\n";
    client.write_all(request.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    tokio::time::timeout(Duration::from_secs(5), client.read_exact(&mut answer))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(&answer, b"HTTP/1.1 426");
    server.until(|| meters.active() == 0).await;
    assert_eq!(meters.the_request().get("http.response.status_code"), Some("426"));
    assert_eq!((meters.streams(), meters.of(DURATION)), (0, vec![]));
}

#[tokio::test]
async fn an_upgrade_outside_a_server_is_an_ordinary_request() {
    let meters = ServerMeters::new();
    let request = Request::get("/echo")
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .body(Body::empty())
        .unwrap();
    drop(websocket_app(&meters).oneshot(request).await.unwrap());
    assert_eq!(meters.the_request().count, 1);
    assert_eq!(meters.active(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_servers_own_connection_is_handed_over_when_streams_are_not_measured() {
    let meters = ServerMeters::new();
    let (told, mut tell) = tokio::sync::mpsc::channel(1);
    let upgrade = async move |mut request: Request<Body>| {
        let upgraded = hyper::upgrade::on(&mut request);
        tokio::spawn(async move {
            type Own = TokioIo<tokio::net::TcpStream>;
            let is_own = auto::upgrade::downcast::<Own>(upgraded.await.unwrap()).is_ok();
            told.send(is_own).await.unwrap();
        });
        (http::StatusCode::SWITCHING_PROTOCOLS, [("upgrade", "x"), ("connection", "upgrade")])
    };
    let layer = meters
        .layer()
        .without(kymo_http::ServerMetric::ActiveStreams)
        .without(kymo_http::ServerMetric::StreamDuration);
    let server = Listening::start(Router::new().route("/", get(upgrade)).layer(layer)).await;
    let mut client = tokio::net::TcpStream::connect(server.address).await.unwrap();
    let request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n";
    client.write_all(request.as_bytes()).await.unwrap();
    assert!(tell.recv().await.unwrap());
}

/// A connection on which a request arrives, and nothing can be sent.
struct Vanished(&'static [u8]);

impl AsyncRead for Vanished {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.0.is_empty() {
            return Poll::Pending;
        }
        buf.put_slice(std::mem::take(&mut self.0));
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Vanished {
    fn poll_write(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        _buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()))
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn an_upgrade_whose_client_vanishes_before_the_handover_is_no_stream() {
    let meters = ServerMeters::new();
    let (told, tell) = tokio::sync::oneshot::channel();
    let told = std::sync::Mutex::new(Some(told));
    let upgrade = move |mut request: Request<Body>| {
        let told = told.lock().unwrap().take().unwrap();
        let upgraded = hyper::upgrade::on(&mut request);
        tokio::spawn(async move { told.send(upgraded.await.is_err()) });
        let headers = [("connection", "upgrade"), ("upgrade", "x")];
        std::future::ready((http::StatusCode::SWITCHING_PROTOCOLS, headers))
    };
    let upgrade = std::sync::Arc::new(upgrade);
    let handler = async move |request: Request<Body>| upgrade(request).await;
    let app = Router::new().route("/", get(handler)).layer(meters.layer());
    let request = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n";
    hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(Vanished(request)), TowerToHyperService::new(app))
        .with_upgrades()
        .await
        .unwrap_err();
    assert!(tell.await.unwrap(), "the service is told");
    assert_eq!(meters.the_request().get("http.response.status_code"), Some("101"));
    assert_eq!(meters.of("kymo.http.server.active_streams"), []);
    assert_eq!(meters.of(DURATION), []);
}

#[tokio::test]
async fn a_body_without_a_length_is_a_stream_where_that_is_asked_for() {
    let slow = async || {
        let chunks = futures_util::stream::unfold(0, async |n| {
            tokio::time::sleep(Duration::from_millis(20)).await;
            (n < 3).then_some((Ok::<_, Infallible>("chunk"), n + 1))
        });
        Body::from_stream(chunks)
    };
    let known = async || ([("content-length", "4")], Body::from("Dune"));
    for (asked, latency) in [(false, 0.06..1.0), (true, 0.0..0.02)] {
        let meters = ServerMeters::new();
        let layer = if asked { meters.layer().stream_unknown_lengths() } else { meters.layer() };
        let app = Router::new().route("/export", get(slow)).route("/known", get(known));
        let app = app.layer(layer);
        let send = async |path: &str| {
            let request = Request::get(path).body(Body::empty()).unwrap();
            app.clone().oneshot(request).await.unwrap().into_body()
        };
        let body = send("/export").await;
        assert_eq!((meters.active(), meters.streams()), if asked { (0, 1) } else { (1, 0) });
        body.collect().await.unwrap();
        let request = meters.the_request();
        assert!(latency.contains(&request.sum), "{request:?}");
        assert_eq!(request.get("error.type"), None);
        assert_eq!(meters.only("http.server.response.body.size").sum, 15.0);
        assert_eq!((meters.active(), meters.streams()), (0, 0));
        let kind = meters
            .of(DURATION)
            .first()
            .and_then(|point| point.get("kymo.http.stream.kind").map(str::to_owned));
        assert_eq!(kind.as_deref(), asked.then_some("body"));

        // A body whose length is known stays a request.
        let body = send("/known").await;
        assert_eq!((meters.active(), meters.streams()), (1, 0));
        body.collect().await.unwrap();
        let streams: i64 = meters.of(DURATION).iter().map(|point| point.count).sum();
        assert_eq!(streams, i64::from(asked));
    }
}
