//! A listener of its own.

use std::{error::Error, fmt, io, net::SocketAddr, pin::pin, time::Duration};

use tokio::{
    net::{TcpListener, TcpStream, ToSocketAddrs, lookup_host},
    runtime::Handle,
    task, time,
};

use crate::{Endpoint, connections::Connections, thread::ListenerThread};

/// Where a Prometheus exporter listens by default, as the OpenTelemetry specification asks of it.
pub const DEFAULT_ADDRESS: &str = "localhost:9464";

/// How long to wait after the system could not accept, such as for want of file descriptors.
const RETRY: Duration = Duration::from_secs(1);

/// A listener that answers scrapes of `/metrics`.
///
/// It runs until [`Server::shutdown`] or the end of the runtime that it was made in: dropping this handle
/// leaves it running. It has a thread of its own, and sources collect on others of its own, so that it
/// answers while all tasks and all blocking threads of the program are busy.
///
/// Clients that do not speak or do not read cannot lock a scraper out:
///
/// - 128 connections are open at most. For a further one, the oldest makes room of those that have asked
///   for nothing yet, or else of those that were answered; one whose client reads is the last to go.
/// - The head of a request may have 64 KiB.
/// - A connection is dropped when a request and its response take more than 30 s together, or when
///   it is idle for 2 minutes, over HTTP/2 too: who only answers pings is idle.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    thread: ListenerThread,
}

/// Why an address cannot be listened on.
#[derive(thiserror::Error)]
#[error("cannot listen for scrapes{}: {}", shown(.address), remedy(.source))]
#[non_exhaustive]
pub struct ListenError {
    /// The addresses that the given one means, such as `127.0.0.1:9464`, with commas between; empty if
    /// nobody knows what it means.
    pub address: String,
    /// The error of the system.
    pub source: io::Error,
}

impl Server {
    pub(crate) async fn listen(
        endpoint: Endpoint,
        address: impl ToSocketAddrs,
    ) -> Result<Self, ListenError> {
        let unknown = |source| ListenError { address: String::new(), source };
        if Handle::try_current().is_err() {
            return Err(unknown(io::ErrorKind::Unsupported.into()));
        }
        if !endpoint.is_enabled() {
            // Nobody would ever find out: each scrape would be answered 404.
            let nothing = io::Error::new(io::ErrorKind::NotFound, "there are no metrics to scrape");
            return Err(unknown(nothing));
        }
        let addresses: Vec<_> = lookup_host(address).await.map_err(unknown)?.collect();
        let error = |source| {
            let addresses: Vec<_> = addresses.iter().map(SocketAddr::to_string).collect();
            ListenError { address: addresses.join(", "), source }
        };
        let is_near = |address: &SocketAddr| address.ip().to_canonical().is_loopback();
        if !addresses.iter().all(is_near) && !endpoint.is_meant_for_others() {
            return Err(error(io::Error::other(Unguarded)));
        }
        let listener = TcpListener::bind(&*addresses).await.map_err(error)?;
        let address = listener.local_addr().map_err(error)?;
        let thread = ListenerThread::start(listener, endpoint).map_err(error)?;
        Ok(Self { address, thread })
    }

    /// The address it listens on, with the port the system chose if it was asked for port 0.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Accepts no more connections, and waits until the scrapes under way are answered, or until
    /// `timeout`; for no handshake, and for no request that is not whole.
    ///
    /// After it no connection is open. Only a source that is still collecting goes on, on its thread,
    /// which nothing can stop; what it collects is thrown away.
    pub async fn shutdown(self, timeout: Duration) {
        self.thread.stop(timeout).await;
    }
}

/// Accepts connections until told to stop, and within what time.
pub(crate) async fn accept(
    listener: TcpListener,
    endpoint: Endpoint,
    stop: impl Future<Output = Duration>,
) {
    let mut connections = Connections::new(endpoint);
    let mut stop = pin!(stop);
    let timeout = loop {
        tokio::select! {
            timeout = &mut stop => break timeout,
            stream = next(&listener) => {
                connections.open(stream);
                // What it has sent already counts before others come.
                task::yield_now().await;
            }
        }
    };
    drop(listener);
    connections.close(timeout).await;
}

async fn next(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(_) => time::sleep(RETRY).await,
        }
    }
}

/// The sentence: a `main` that returns this error prints it so.
impl fmt::Debug for ListenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Other machines reach an address, and no rule says who may scrape there.
#[derive(Debug, thiserror::Error)]
#[error("no rule says who may scrape")]
struct Unguarded;

fn shown(address: &str) -> String {
    if address.is_empty() { String::new() } else { format!(" on {address}") }
}

/// The numbers of Unix for a system, or a process, without a file descriptor left, for which the standard
/// library has no kind.
const ENFILE: i32 = 23;
const EMFILE: i32 = 24;

fn remedy(error: &io::Error) -> String {
    let remedy = match error.kind() {
        _ if error.get_ref().is_some_and(<dyn Error + Send + Sync>::is::<Unguarded>) => {
            "other machines reach this address: give the endpoint an `Access` with `web_config` (users, or \
             certificates of clients that are verified), `basic_auth`, `bearer_token`, \
             `bearer_token_file` or `allowed_networks`, or with `allow_insecure` for everybody; or listen \
             on localhost"
        }
        io::ErrorKind::AddrInUse => {
            "the address is in use; is another exporter running? Choose another port"
        }
        io::ErrorKind::AddrNotAvailable => {
            "this machine does not have the address; use one of its own, such as localhost"
        }
        io::ErrorKind::Unsupported => "call it inside a tokio runtime",
        io::ErrorKind::NotFound => {
            "telemetry was installed without `.prometheus()`; call it before `.install()`, or set \
             OTEL_METRICS_EXPORTER=prometheus"
        }
        io::ErrorKind::PermissionDenied => "not permitted; choose a port above 1023",
        // What it cannot bind has other kinds: this is `EAGAIN` of the thread.
        io::ErrorKind::WouldBlock => "the system has no thread left; raise the limit of threads",
        _ if matches!(error.raw_os_error(), Some(ENFILE | EMFILE)) => {
            "too many files are open; raise the limit of open files"
        }
        _ => "give a host and a port, such as localhost:9464",
    };
    format!("{remedy} ({error})")
}

#[cfg(test)]
mod tests;
