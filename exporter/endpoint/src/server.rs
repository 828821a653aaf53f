//! A listener of its own.

use std::{convert::Infallible, fmt, io, net::SocketAddr, sync::Arc, time::Duration};

use http::{Request, Response, StatusCode};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulConnection, GracefulShutdown},
};
use tokio::{
    net::{TcpListener, TcpStream, ToSocketAddrs},
    sync::{Semaphore, oneshot},
    task::JoinHandle,
    time,
};
use tower_service::Service;

use crate::{
    Endpoint,
    future::{ResponseBody, text},
};

/// Where a Prometheus exporter listens by default, as the OpenTelemetry specification asks of it.
pub const DEFAULT_ADDRESS: &str = "localhost:9464";

/// Connections at most; a further one waits in the listener's backlog.
const CONNECTIONS: usize = 64;
/// How long a connection may be idle or slow to ask; longer than the usual scrape interval.
const PATIENCE: Duration = Duration::from_mins(2);
/// How long to wait after the system could not accept, such as for want of file descriptors.
const RETRY: Duration = Duration::from_secs(1);

/// A listener that answers scrapes of `/metrics`.
///
/// It runs until [`Server::shutdown`] or the end of its runtime: dropping this handle leaves it
/// running.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

/// Why an address cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen for scrapes on {address}: {}", remedy(.source))]
#[non_exhaustive]
pub struct ListenError {
    /// The address as it was given.
    pub address: String,
    /// What the system said.
    pub source: io::Error,
}

impl Server {
    pub(crate) async fn listen(
        endpoint: Endpoint,
        address: impl ToSocketAddrs + fmt::Display,
    ) -> Result<Self, ListenError> {
        let given = address.to_string();
        let error = |source| ListenError { address: given.clone(), source };
        let listener = TcpListener::bind(address).await.map_err(error)?;
        let address = listener.local_addr().map_err(error)?;
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(accept(listener, endpoint, stopped));
        Ok(Self { address, stop, running })
    }

    /// The address it listens on, with the port the system chose if it was asked for port 0.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Accepts no more connections, and waits until the scrapes under way are answered, or until
    /// `timeout`.
    pub async fn shutdown(self, timeout: Duration) {
        // The task may have ended already, with its runtime.
        let _ = self.stop.send(());
        let abort = self.running.abort_handle();
        if time::timeout(timeout, self.running).await.is_err() {
            abort.abort();
        }
    }
}

async fn accept(listener: TcpListener, endpoint: Endpoint, mut stopped: oneshot::Receiver<()>) {
    let connections = GracefulShutdown::new();
    let free = Arc::new(Semaphore::new(CONNECTIONS));
    let mut may_stop = true;
    loop {
        let accepted = async {
            let permit = Arc::clone(&free).acquire_owned().await;
            (listener.accept().await, permit)
        };
        let (accepted, permit) = tokio::select! {
            accepted = accepted => accepted,
            stop = &mut stopped, if may_stop => {
                // An error says that the handle was dropped: nobody will ask to stop any more.
                may_stop = false;
                if stop.is_ok() {
                    break;
                }
                continue;
            }
        };
        match accepted {
            Ok((stream, _)) => {
                let connection = connections.watch(converse(stream, endpoint.clone()));
                tokio::spawn(async move {
                    // A scraper that goes away is no failure of ours.
                    let _ = connection.await;
                    drop(permit);
                });
            }
            Err(_) => time::sleep(RETRY).await,
        }
    }
    drop(listener);
    connections.shutdown().await;
}

fn converse(
    stream: TcpStream,
    endpoint: Endpoint,
) -> impl GracefulConnection<Error = hyper::Error> + Send {
    let route = service_fn(move |request: Request<Incoming>| {
        let mut endpoint = endpoint.clone();
        async move {
            match request.uri().path() {
                "/metrics" => endpoint.call(request).await,
                "/" => Ok(text(StatusCode::OK, "The metrics are at /metrics.\n")),
                _ => Ok::<Response<ResponseBody>, Infallible>(text(
                    StatusCode::NOT_FOUND,
                    "Not found; the metrics are at /metrics.\n",
                )),
            }
        }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(stream), route)
}

fn remedy(error: &io::Error) -> String {
    let remedy = match error.kind() {
        io::ErrorKind::AddrInUse => {
            "the address is in use; is another exporter running? Choose another port"
        }
        io::ErrorKind::AddrNotAvailable => {
            "this machine does not have the address; use one of its own, such as localhost"
        }
        io::ErrorKind::PermissionDenied => "not permitted; choose a port above 1023",
        _ => "give a host and a port, such as localhost:9464",
    };
    format!("{remedy} ({error})")
}
