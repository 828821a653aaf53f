//! The connections there are at a time.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use http::Uri;
use http_body::Body;
use hyper::rt::Executor;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client as Hyper, connect::HttpConnector},
    rt::TokioIo,
};
use rustls::ClientConfig;
use tokio::{net::TcpStream, task::AbortHandle};
use tower_service::Service;

use crate::allowance::{Allowance, Limited};

/// The bytes that a receiver may send for one answer: the longest that is read, and as much as the
/// connection itself needs.
const ALLOWANCE: usize = crate::http::LONGEST_ANSWER + (1 << 18);

/// A client over the connections of a session.
pub(crate) type HttpClient<B> = Hyper<HttpsConnector<Connector>, B>;

/// Connections that are left together.
pub(crate) struct Session<B> {
    pub(crate) http: HttpClient<B>,
    pub(crate) allowance: Arc<Allowance>,
    connections: Connections,
}

impl<B> Session<B>
where
    B: Body + Send + 'static,
    B::Data: Send,
{
    /// No connection yet; those to come speak nothing but HTTP/2, or nothing but HTTP/1.1.
    pub(crate) fn new(tls: ClientConfig, http2: bool) -> Self {
        let allowance = Arc::new(Allowance::new(ALLOWANCE));
        let connections = Connections::default();
        let builder = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http();
        let tcp = Connector::new(Arc::clone(&allowance));
        let connector = if http2 {
            builder.enable_http2().wrap_connector(tcp)
        } else {
            builder.enable_http1().wrap_connector(tcp)
        };
        let http = Hyper::builder(connections.clone()).http2_only(http2).build(connector);
        Self { http, allowance, connections }
    }
}

impl<B> Drop for Session<B> {
    /// Hangs up, also on a receiver that is about to send.
    fn drop(&mut self) {
        self.connections.lock().iter().for_each(AbortHandle::abort);
    }
}

/// The tasks that run the connections of a session.
#[derive(Clone, Default)]
struct Connections(Arc<Mutex<Vec<AbortHandle>>>);

impl Connections {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<AbortHandle>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<F> Executor<F> for Connections
where
    F: Future<Output: Send> + Send + 'static,
{
    fn execute(&self, connection: F) {
        let connection = tokio::spawn(connection).abort_handle();
        let mut connections = self.lock();
        connections.retain(|one| !one.is_finished());
        connections.push(connection);
    }
}

/// Connects, and limits what is received.
#[derive(Clone)]
pub(crate) struct Connector {
    tcp: HttpConnector,
    allowance: Arc<Allowance>,
}

impl Connector {
    fn new(allowance: Arc<Allowance>) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        Self { tcp, allowance }
    }
}

type Connecting<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

impl Service<Uri> for Connector {
    type Response = TokioIo<Limited<TcpStream>>;
    type Error = <HttpConnector as Service<Uri>>::Error;
    type Future = Connecting<Self::Response, Self::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.tcp.poll_ready(cx)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let (connecting, allowance) = (self.tcp.call(uri), Arc::clone(&self.allowance));
        Box::pin(async {
            let stream = connecting.await?.into_inner();
            Ok(TokioIo::new(Limited { stream, allowance }))
        })
    }
}
