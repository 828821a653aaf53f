//! The layer behind a real server, on HTTP/1.1 and HTTP/2.

use std::{convert::Infallible, net::SocketAddr, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    http::Request,
    routing::{get, post},
};
use http::{Method, StatusCode, Version};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
};
use tokio::{net::TcpListener, task::JoinHandle, time};

use crate::server_meters::ServerMeters;

pub(crate) struct Listening {
    pub(crate) address: SocketAddr,
    server: JoinHandle<()>,
}

impl Listening {
    pub(crate) async fn start(app: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { address, server }
    }

    /// Waits until `holds`: what happens on the server is seen by the client first.
    pub(crate) async fn until(&self, holds: impl Fn() -> bool) {
        for _ in 0..500 {
            if holds() {
                return;
            }
            time::sleep(Duration::from_millis(10)).await;
        }
        panic!("still not so after five seconds");
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.server.abort();
    }
}

pub(crate) type HttpClient = Client<HttpConnector, Full<Bytes>>;

pub(crate) fn clients() -> [(HttpClient, Version, &'static str); 2] {
    let mut builder = Client::builder(TokioExecutor::new());
    let http1 = builder.build_http();
    let http2 = builder.http2_only(true).build_http();
    [(http1, Version::HTTP_11, "1.1"), (http2, Version::HTTP_2, "2")]
}

fn app(meters: &ServerMeters) -> Router {
    let slow = async || time::sleep(Duration::from_secs(60)).await;
    let endless = async || {
        let tick = futures_util::stream::unfold((), async |()| {
            time::sleep(Duration::from_millis(5)).await;
            Some((Ok::<_, Infallible>("chunk"), ()))
        });
        Body::from_stream(tick)
    };
    let short = async || {
        let four = futures_util::stream::iter([Ok::<_, Infallible>("four")]);
        ([("content-length", "100")], Body::from_stream(four))
    };
    Router::new()
        .route("/books", get(async || "Dune"))
        .route("/echo", post(async |body: Bytes| body))
        .route("/none", get(async || StatusCode::NO_CONTENT))
        .route("/slow", get(slow))
        .route("/endless", get(endless))
        .route("/short", get(short))
        .layer(meters.layer())
}

fn request(
    method: Method,
    server: &Listening,
    path: &str,
    body: &'static str,
) -> Request<Full<Bytes>> {
    let uri = format!("http://{}{path}", server.address);
    Request::builder().method(method).uri(uri).body(Full::from(body)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn complete_exchanges_are_successes_on_both_protocols() {
    for (client, version, protocol) in clients() {
        for (method, path, body, sizes) in [
            (Method::GET, "/books", "", (0.0, 4.0)),
            (Method::HEAD, "/books", "", (0.0, 0.0)),
            (Method::GET, "/none", "", (0.0, 0.0)),
            (Method::POST, "/echo", "five!", (5.0, 5.0)),
        ] {
            let meters = ServerMeters::new();
            let server = Listening::start(app(&meters)).await;
            let response = client.request(request(method.clone(), &server, path, body)).await;
            let response = response.unwrap();
            assert_eq!(response.version(), version);
            response.into_body().collect().await.unwrap();
            server.until(|| meters.active() == 0).await;
            let point = meters.the_request();
            assert_eq!(point.get("error.type"), None, "{method} {path} {protocol}");
            assert_eq!(point.get("network.protocol.version"), Some(protocol));
            assert_eq!(point.get("url.scheme"), Some("http"));
            let (sent, received) = sizes;
            assert_eq!(meters.only("http.server.request.body.size").sum, sent);
            assert_eq!(meters.only("http.server.response.body.size").sum, received);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_before_or_during_the_response_is_a_cancellation() {
    for (path, status) in [("/slow", None), ("/endless", Some("200"))] {
        for protocol in 0..2 {
            let meters = ServerMeters::new();
            let server = Listening::start(app(&meters)).await;
            let (client, ..) = clients().into_iter().nth(protocol).unwrap();
            let exchange = async {
                let response = client.request(request(Method::GET, &server, path, "")).await;
                response.unwrap().into_body().collect().await.unwrap();
            };
            time::timeout(Duration::from_millis(200), exchange).await.unwrap_err();
            drop(client);
            server.until(|| meters.active() == 0).await;
            let point = meters.the_request();
            assert_eq!(point.get("error.type"), Some("cancelled"), "{path} {protocol}");
            assert_eq!(point.get("http.response.status_code"), status, "{path} {protocol}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_was_promised_more_is_a_body_error_on_both_protocols() {
    for (client, _, protocol) in clients() {
        let meters = ServerMeters::new();
        let server = Listening::start(app(&meters)).await;
        // hyper gives up before it has sent the head of so short a message.
        if let Ok(response) = client.request(request(Method::GET, &server, "/short", "")).await {
            response.into_body().collect().await.unwrap_err();
        }
        server.until(|| meters.active() == 0).await;
        let point = meters.the_request();
        assert_eq!(point.get("error.type"), Some("body_error"), "{protocol}");
        assert_eq!(point.get("http.response.status_code"), Some("200"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scheme_of_a_connection_without_tls_is_http_whatever_its_client_says() {
    let meters = ServerMeters::new();
    let server = Listening::start(app(&meters)).await;
    let stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    tokio::spawn(connection);
    let uri = format!("https://{}/books", server.address);
    let request = Request::get(uri).body(Full::<Bytes>::default()).unwrap();
    sender.send_request(request).await.unwrap().into_body().collect().await.unwrap();
    server.until(|| meters.active() == 0).await;
    let point = meters.the_request();
    assert_eq!(point.get("url.scheme"), Some("http"));
    assert_eq!(point.get("network.protocol.version"), Some("2"));
}
