//! Servers that answer well, and one that does not.

use std::{convert::Infallible, future::Future, net::SocketAddr};

use axum::{
    Router,
    body::Body,
    extract::{
        Path,
        ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::{StatusCode, header},
    response::IntoResponse,
    routing::{any, get},
};
use futures_util::stream;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

async fn answer_as(Path(status): Path<u16>) -> StatusCode {
    StatusCode::from_u16(status).unwrap()
}

/// A server of books, on a free port.
pub(crate) async fn books() -> SocketAddr {
    let chunked =
        || async { Body::from_stream(stream::iter([Ok::<_, Infallible>("Du"), Ok("ne")])) };
    let endless = || async { Body::from_stream(stream::repeat(Ok::<_, Infallible>("chunk"))) };
    let silent =
        || async { Body::from_stream(stream::pending::<Result<&'static str, Infallible>>()) };
    let socket = |upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>| async {
        upgrade.map(|upgrade| upgrade.on_upgrade(async |_| {})).into_response()
    };
    serve(
        Router::new()
            .route("/length", get(async || "Dune"))
            .route("/chunked", get(chunked))
            .route("/endless", get(endless))
            .route("/silent", get(silent))
            .route("/as/{status}", any(answer_as))
            .route("/socket", any(socket))
            .route("/slow", get(async || std::future::pending::<()>().await)),
    )
    .await
}

/// A server that sends everybody to `location`, with `status`.
pub(crate) async fn moved(status: StatusCode, location: String) -> SocketAddr {
    let go = any(async move || (status, [(header::LOCATION, location)]));
    serve(Router::new().fallback(go)).await
}

pub(crate) async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, app).await });
    address
}

/// A server whose one connection reads a head, is answered with `bytes`, and goes on as `then` says.
pub(crate) async fn raw<F: Future<Output = ()> + Send>(
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
