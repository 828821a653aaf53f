//! Server-sent events and upgraded connections are requests until their head, then streams.

use std::{convert::Infallible, time::Duration};

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
use hyper_util::{rt::TokioIo, server::conn::auto};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower::ServiceExt;

use crate::{meters::Meters, sockets::Listening};

const DURATION: &str = "kymo.http.server.stream.duration";

#[tokio::test]
async fn server_sent_events_leave_the_active_requests_at_their_head() {
    let meters = Meters::new();
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

    let bytes = body.frame().await.unwrap().unwrap().into_data().unwrap().len();
    drop(body);
    assert_eq!((meters.active(), meters.streams()), (0, 0));
    let stream = meters.only(DURATION);
    assert_eq!(stream.count, 1);
    assert_eq!(stream.get("kymo.http.stream.kind"), Some("sse"));
    assert_eq!(stream.get("http.route"), Some("/events"));
    assert_eq!(meters.the_request().get("error.type"), None, "to leave a stream is no error");
    assert_eq!(meters.only("http.server.response.body.size").sum, bytes as f64);
}

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(Message::Text(text))) = socket.recv().await {
        if socket.send(Message::Text(text)).await.is_err() {
            return;
        }
    }
}

fn websocket_app(meters: &Meters) -> Router {
    let upgrade = async |upgrade: WebSocketUpgrade| upgrade.on_upgrade(echo);
    Router::new().route("/echo", get(upgrade)).layer(meters.layer())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_works_as_ever_and_counts_until_it_is_closed() {
    let meters = Meters::new();
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
    let meters = Meters::new();
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
    let meters = Meters::new();
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
    let meters = Meters::new();
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
    let meters = Meters::new();
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
    let meters = Meters::new();
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
        .disable(kymo_http::ServerMetric::ActiveStreams)
        .disable(kymo_http::ServerMetric::StreamDuration);
    let server = Listening::start(Router::new().route("/", get(upgrade)).layer(layer)).await;
    let mut client = tokio::net::TcpStream::connect(server.address).await.unwrap();
    let request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n";
    client.write_all(request.as_bytes()).await.unwrap();
    assert!(tell.recv().await.unwrap());
}
