//! The connections of a listener.

use std::{convert::Infallible, sync::Arc, time::Duration};

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
    Endpoint, activity::Activity, body::ScrapeBody, endpoint::refuse_method, future::text,
    timed_stream::TimedStream,
};

/// Connections at most. Prometheus keeps one open; a handful are replicas and humans. The rest is for those
/// who have yet to say what they want.
const AT_ONCE: usize = 128;
/// How long a connection may be idle; longer than the usual scrape interval.
const PATIENCE: Duration = Duration::from_secs(120);
/// Bytes that are held of a request's head, and for a client that does not read. A head may have twice as
/// many, as the last reading ends. Prometheus sends a few hundred.
const HELD: usize = 32 * 1024;

/// Connections to an endpoint. Dropping this drops them.
pub(crate) struct Connections {
    endpoint: Endpoint,
    graceful: GracefulShutdown,
    tasks: JoinSet<()>,
    open: Vec<(AbortHandle, Arc<Activity>)>,
}

impl Connections {
    pub(crate) fn new(endpoint: Endpoint) -> Self {
        let (graceful, tasks) = (GracefulShutdown::new(), JoinSet::new());
        Self { endpoint, graceful, tasks, open: Vec::with_capacity(AT_ONCE) }
    }

    /// Converses on `stream`. If there is no room, the connection makes some that is worth least: one that
    /// has asked for nothing before one that was answered, and only then one whose client reads.
    pub(crate) fn open(&mut self, stream: TcpStream) {
        while self.tasks.try_join_next().is_some() {}
        self.open.retain(|(connection, _)| !connection.is_finished());
        if self.open.len() >= AT_ONCE {
            self.drop_the_least();
        }
        let activity = Activity::new();
        let connection = converse(stream, Arc::clone(&activity), self.endpoint.clone());
        let connection = self.graceful.watch(connection);
        let connection = self.tasks.spawn(async move {
            // A scraper that goes away is no failure of ours.
            let _ = connection.await;
        });
        self.open.push((connection, activity));
    }

    fn drop_the_least(&mut self) {
        let ranks = self.open.iter().map(|(_, activity)| activity.rank());
        if let Some((index, _)) = ranks.enumerate().min_by_key(|(_, rank)| *rank) {
            self.open.swap_remove(index).0.abort();
        }
    }

    /// Waits until the exchanges under way have ended, and drops those that have not by `timeout`.
    pub(crate) async fn close(mut self, timeout: Duration) {
        let _ = time::timeout(timeout, self.graceful.shutdown()).await;
        self.tasks.shutdown().await;
    }
}

fn converse(
    stream: TcpStream,
    activity: Arc<Activity>,
    endpoint: Endpoint,
) -> impl GracefulConnection<Error = hyper::Error> + Send {
    let stream = TimedStream::new(stream, Arc::clone(&activity));
    let service = service_fn(move |request| {
        let (endpoint, answering) = (endpoint.clone(), activity.answering());
        async move {
            let response = route(endpoint, request).await?;
            Ok::<_, Infallible>(response.map(|body| body.held(answering)))
        }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(HELD)
        .serve_connection(TokioIo::new(stream), service)
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
