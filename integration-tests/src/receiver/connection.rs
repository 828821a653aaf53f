//! One connection, of HTTP/1.1 or HTTP/2, over TLS or not.

use std::{convert::Infallible, future, sync::Arc};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Empty, combinators::UnsyncBoxBody};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::Notify,
};
use tokio_rustls::TlsAcceptor;
use tonic::Status;

use super::{conduct::Conduct, grpc, misbehaviour, protobuf, record::Record};

/// The body of any answer.
pub(super) type Body = UnsyncBoxBody<Bytes, Status>;

/// Answers whatever comes, until either side closes.
pub(super) async fn serve(stream: TcpStream, tls: Option<TlsAcceptor>, record: Arc<Record>) {
    if record.conduct() == Conduct::Ignore {
        // Open, but nobody reads.
        let () = future::pending().await;
    }
    match tls {
        None => requests(stream, record).await,
        Some(tls) => {
            // A client that does not trust us has its own tale to tell.
            if let Ok(stream) = tls.accept(stream).await {
                requests(stream, record).await;
            }
        }
    }
}

async fn requests<S>(stream: S, record: Arc<Record>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let hang_up = Arc::new(Notify::new());
    let service = service_fn(|request| answer(request, Arc::clone(&record), Arc::clone(&hang_up)));
    let builder = auto::Builder::new(TokioExecutor::new());
    tokio::select! {
        // Clients that vanish are what this is for.
        _ = builder.serve_connection(TokioIo::new(stream), service) => {}
        () = hang_up.notified() => {}
    }
}

async fn answer(
    mut request: Request<Incoming>,
    record: Arc<Record>,
    hang_up: Arc<Notify>,
) -> Result<Response<Body>, Infallible> {
    let conduct = record.conduct();
    if conduct == Conduct::Close {
        let _ = request.body_mut().frame().await;
        hang_up.notify_one();
        let () = future::pending().await;
    }
    let kind = request.headers().get(CONTENT_TYPE).map_or(&b""[..], |value| value.as_bytes());
    let response = if kind.starts_with(b"application/grpc") {
        grpc::answer(request, &conduct, &record).await
    } else if (request.method(), request.uri().path()) == (&Method::POST, "/v1/metrics") {
        protobuf::answer(request, &conduct, &record).await
    } else {
        record.fault(format!("{} {}", request.method(), request.uri()));
        let mut response = Response::new(empty());
        *response.status_mut() = StatusCode::NOT_FOUND;
        response
    };
    Ok(match conduct {
        Conduct::Hang | Conduct::Ignore => future::pending().await,
        Conduct::Delay(pause) => {
            tokio::time::sleep(pause).await;
            response
        }
        Conduct::Drip(pause) => misbehaviour::drip(response, pause).await,
        Conduct::Huge(bytes) => misbehaviour::huge(response, bytes),
        _ => response,
    })
}

/// A body without anything.
pub(super) fn empty() -> Body {
    Empty::new().map_err(|never: Infallible| match never {}).boxed_unsync()
}
