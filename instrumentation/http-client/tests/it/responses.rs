//! hyper-util's client, with every kind of response of a real server.

use std::{convert::Infallible, net::SocketAddr, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    response::{
        IntoResponse, Sse,
        sse::{self, KeepAlive},
    },
    routing::{any, get},
};
use futures_util::stream;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use kymo_http_client::MeasuredClient;
use tokio::net::TcpListener;
use tower::{Layer, Service, ServiceBuilder, ServiceExt};
use tower_http::{compression::CompressionLayer, decompression::DecompressionLayer};

use crate::client_meters::{ClientMeters, end};

type Measured = MeasuredClient<Client<HttpConnector, Body>>;

async fn books() -> SocketAddr {
    let chunked =
        || async { Body::from_stream(stream::iter([Ok::<_, Infallible>("Du"), Ok("ne")])) };
    let trailed = || async {
        let trailers = HeaderMap::from_iter([(header::ETAG, "\"dune\"".parse().unwrap())]);
        let frames =
            [Ok::<_, Infallible>(Frame::data("Dune".into())), Ok(Frame::trailers(trailers))];
        Body::new(StreamBody::new(stream::iter(
            frames.map(|frame: Result<Frame<axum::body::Bytes>, _>| frame),
        )))
    };
    let events = || async {
        let events = stream::once(async { Ok::<_, Infallible>(sse::Event::default().data("a")) });
        Sse::new(futures_util::StreamExt::chain(events, stream::pending()))
            .keep_alive(KeepAlive::new())
    };
    let echo = |upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>| async {
        upgrade.map(|upgrade| upgrade.on_upgrade(async |_| {})).into_response()
    };
    let app = Router::new()
        .route("/length", get(async || "Dune"))
        .route("/chunked", get(chunked))
        .route("/trailed", get(trailed))
        .route("/empty", get(async || ""))
        .route("/none", get(async || StatusCode::NO_CONTENT))
        .route("/unchanged", get(async || (StatusCode::NOT_MODIFIED, [("etag", "a")])))
        .route("/events", get(events))
        .route("/socket", any(echo))
        .route("/large", get(async || "Dune".repeat(10_000)))
        .layer(CompressionLayer::new());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, app).await });
    address
}

fn client(meters: &ClientMeters, is_http2: bool) -> Measured {
    let client = Client::builder(TokioExecutor::new()).http2_only(is_http2).build_http();
    meters.layer().layer(client)
}

#[tokio::test]
async fn every_kind_of_body_is_whole_when_it_was_read_over_both_versions() {
    let address = books().await;
    for is_http2 in [false, true] {
        for (path, text) in [
            ("/length", "Dune"),
            ("/chunked", "Dune"),
            ("/trailed", "Dune"),
            ("/empty", ""),
            ("/none", ""),
            ("/unchanged", ""),
            ("/large", &*"Dune".repeat(10_000)),
        ] {
            let meters = ClientMeters::new();
            let request = Request::get(format!("http://{address}{path}")).body(Body::empty());
            let response = client(&meters, is_http2).call(request.unwrap()).await.unwrap();
            let status = response.status();
            assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), text, "{path}");
            assert_eq!(meters.the_end(), end(None, Some(status.as_str())), "{path} {is_http2}");
            let version = if is_http2 { "2" } else { "1.1" };
            assert_eq!(meters.the_request().get("network.protocol.version"), Some(version));
        }
    }
}

#[tokio::test]
async fn a_response_without_a_body_is_over_with_its_head() {
    let address = books().await;
    for is_http2 in [false, true] {
        for (method, path) in [
            (Method::HEAD, "/length"),
            (Method::HEAD, "/chunked"),
            (Method::GET, "/none"),
            (Method::GET, "/unchanged"),
            (Method::GET, "/empty"),
        ] {
            let meters = ClientMeters::new();
            let request = Request::builder().method(method).uri(format!("http://{address}{path}"));
            let request = request.body(Body::empty()).unwrap();
            let response = client(&meters, is_http2).call(request).await.unwrap();
            let expected = end(None, Some(response.status().as_str()));
            assert_eq!(meters.the_end(), expected, "{path} {is_http2}, while it is still there");
        }
    }
}

#[tokio::test]
async fn what_is_decompressed_outside_of_the_layer_is_whole() {
    let address = books().await;
    let meters = ClientMeters::new();
    let client =
        ServiceBuilder::new().layer(DecompressionLayer::new()).service(client(&meters, false));
    let request = Request::get(format!("http://{address}/large")).body(Body::empty()).unwrap();
    let response = client.oneshot(request).await.unwrap();
    let text = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(text, "Dune".repeat(10_000));
    assert_eq!(meters.the_end(), end(None, Some("200")));
}

#[tokio::test]
async fn events_are_over_with_their_head_and_go_on() {
    let address = books().await;
    let meters = ClientMeters::new();
    let request = Request::get(format!("http://{address}/events")).body(Body::empty()).unwrap();
    let response = client(&meters, false).call(request).await.unwrap();
    assert_eq!(meters.the_end(), end(None, Some("200")));
    let mut body = response.into_body();
    assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "data: a\n\n");
    drop(body);
    assert_eq!(meters.the_end(), end(None, Some("200")));
}

#[tokio::test]
async fn an_upgrade_is_over_with_its_head_and_its_connection_is_the_real_one() {
    let address = books().await;
    let meters = ClientMeters::new();
    let request = Request::get(format!("http://{address}/socket"))
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .body(Body::empty());
    let response = client(&meters, false).call(request.unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::SWITCHING_PROTOCOLS);
    assert_eq!(meters.the_end(), end(None, Some("101")));
    let upgraded = tokio::time::timeout(Duration::from_secs(5), hyper::upgrade::on(response));
    let upgraded = upgraded.await.unwrap().unwrap();
    assert!(upgraded.downcast::<hyper_util::rt::TokioIo<tokio::net::TcpStream>>().is_ok());
    assert_eq!(meters.the_end(), end(None, Some("101")));
}

#[tokio::test]
async fn many_requests_at_once_are_each_counted_and_none_stays_active() {
    let address = books().await;
    let meters = ClientMeters::new();
    let client = client(&meters, false);
    let requests = (0..200).map(|n| {
        let mut client = client.clone();
        async move {
            let path = ["/length", "/chunked", "/none", "/large"][n % 4];
            let request = Request::get(format!("http://{address}{path}")).body(Body::empty());
            let response = client.call(request.unwrap()).await.unwrap();
            response.into_body().collect().await.unwrap();
        }
    });
    futures_util::future::join_all(requests).await;
    let requests = meters.requests();
    assert_eq!(requests.iter().map(|point| point.count).sum::<i64>(), 200);
    assert!(requests.iter().all(|point| point.get("error.type").is_none()), "{requests:#?}");
    assert_eq!(meters.active(), 0);
}
