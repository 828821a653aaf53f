//! The connections of a listener.

use std::{collections::VecDeque, convert::Infallible, time::Duration};

use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulConnection, GracefulShutdown},
};
use tokio::{
    net::TcpStream,
    task::{AbortHandle, JoinSet},
    time,
};
use tower_service::Service;

use crate::{
    Endpoint, body::ScrapeBody, endpoint::refuse_method, future::text, timed_stream::TimedStream,
};

/// Connections at most. Prometheus keeps one open; a handful are replicas and humans.
const AT_ONCE: usize = 64;
/// How long a connection may be idle; longer than the usual scrape interval.
const PATIENCE: Duration = Duration::from_mins(2);

/// Connections to an endpoint. Dropping this drops them.
pub(crate) struct Connections {
    endpoint: Endpoint,
    graceful: GracefulShutdown,
    tasks: JoinSet<()>,
    oldest_first: VecDeque<AbortHandle>,
}

impl Connections {
    pub(crate) fn new(endpoint: Endpoint) -> Self {
        let (graceful, tasks) = (GracefulShutdown::new(), JoinSet::new());
        Self { endpoint, graceful, tasks, oldest_first: VecDeque::with_capacity(AT_ONCE) }
    }

    /// Converses on `stream`; the oldest connection makes room for it if there is none.
    pub(crate) fn open(&mut self, stream: TcpStream) {
        while self.tasks.try_join_next().is_some() {}
        self.oldest_first.retain(|connection| !connection.is_finished());
        if self.oldest_first.len() >= AT_ONCE
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            oldest.abort();
        }
        let connection = self.graceful.watch(converse(stream, self.endpoint.clone()));
        self.oldest_first.push_back(self.tasks.spawn(async move {
            // A scraper that goes away is no failure of ours.
            let _ = connection.await;
        }));
    }

    /// Waits until the exchanges under way have ended, and drops those that have not by `timeout`.
    pub(crate) async fn close(mut self, timeout: Duration) {
        let _ = time::timeout(timeout, self.graceful.shutdown()).await;
        self.tasks.shutdown().await;
    }
}

fn converse(
    stream: TcpStream,
    endpoint: Endpoint,
) -> impl GracefulConnection<Error = hyper::Error> + Send {
    let service = service_fn(move |request| route(endpoint.clone(), request));
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(TimedStream::new(stream)), service)
}

async fn route(
    mut endpoint: Endpoint,
    request: Request<Incoming>,
) -> Result<Response<ScrapeBody>, Infallible> {
    if let Some(refusal) = refuse_method(request.method()) {
        return Ok(refusal);
    }
    let head_only = request.method() == Method::HEAD;
    let mut response = match request.uri().path() {
        "/metrics" => endpoint.call(request).await?,
        "/" => text(StatusCode::OK, "The metrics are at /metrics.\n"),
        _ => text(StatusCode::NOT_FOUND, "Not found; the metrics are at /metrics.\n"),
    };
    if head_only {
        // hyper holds back the next response until this one's body is written. Without a body,
        // the responses to a client that only asks would pile up.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}
