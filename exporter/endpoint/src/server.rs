//! A listener of its own.

use std::{
    net::SocketAddr,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{runtime::Handle, task, time};

use crate::{
    Endpoint,
    connections::Connections,
    last_scrape::LastScrape,
    listen_error::{ListenError, Objection},
    listener::Listener,
    place::Place,
    scraper::Scraper,
    socket::{Accepted, Accepting},
    thread::{ListenerThread, Stop},
    traces::Traces,
};

/// Where a Prometheus exporter listens by default, as the OpenTelemetry specification asks of it.
pub const DEFAULT_ADDRESS: &str = "localhost:9464";

/// How long to wait after the system could not accept, such as for want of file descriptors.
const RETRY: Duration = Duration::from_secs(1);

/// How long scrapes that are under way at the end of a wait for the last one may go on.
const GRACE: Duration = Duration::from_secs(1);

/// A listener that answers scrapes of `/metrics`, and shows at `/` what there is.
///
/// It runs until [`Server::shutdown`] or the end of the runtime that it was made in: dropping this handle
/// leaves it running, and dropping the future of a shutdown that has begun ends it at once. It has a thread
/// of its own, and sources collect on others of its own, so that it answers while all tasks and all blocking
/// threads of the program are busy.
///
/// Clients that do not speak or do not read cannot lock a scraper out:
///
/// - 128 connections are open at most. For a further one, the oldest makes room of those that have said
///   nothing whole yet, or else of those that have begun a handshake, or else of those that were answered; one
///   whose client reads is the last to go.
/// - The head of a request may have 64 KiB.
/// - A connection is dropped when a request and its response take more than 30 s together, or when
///   it is idle for 2 minutes, over HTTP/2 too: who only answers pings is idle.
#[derive(Debug)]
pub struct Server {
    place: Place,
    places: Vec<Place>,
    thread: ListenerThread,
}

impl Server {
    /// What of `endpoint` is to be scraped, if it can be listened for here.
    pub(crate) fn check(endpoint: &Endpoint) -> Result<Arc<Scraper>, ListenError> {
        let unknown = |source| ListenError { address: String::new(), source };
        if Handle::try_current().is_err() {
            return Err(unknown(std::io::ErrorKind::Unsupported.into()));
        }
        // Nobody would ever find out: each scrape would be answered 404.
        endpoint.scraper().cloned().ok_or_else(|| unknown(Objection::NothingToScrape.into()))
    }

    pub(crate) async fn listen(
        endpoint: Endpoint,
        listener: Listener,
    ) -> Result<Self, ListenError> {
        let scraper = Self::check(&endpoint)?;
        let (is_meant, has_tls) = (endpoint.is_meant_for_others(), endpoint.has_tls());
        let bound = listener.bind(scraper, is_meant, has_tls).await?;
        let started = ListenerThread::start(bound.sockets, bound.traces, endpoint);
        let error = |source| ListenError { address: bound.place.to_string(), source };
        let thread = started.map_err(error)?;
        Ok(Self { place: bound.place, places: bound.places, thread })
    }

    /// The address it listens on, with the port the system chose if it was asked for port 0; none of a unix
    /// socket.
    ///
    /// Of several sockets that systemd opened, it is the first that has one: see [`Server::places`].
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.places.iter().find_map(Place::address)
    }

    /// Where it listens, with the port that was taken.
    ///
    /// If systemd opened several sockets of its name, it is the first of them.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// All the places where it listens: one, unless systemd opened several sockets of its name.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// Accepts no more connections, and waits until the scrapes under way are answered, or until
    /// `timeout`; for no handshake, and for no request that is not whole.
    ///
    /// After it no connection is open. Only a source that is still collecting goes on, on its thread,
    /// which nothing can stop; what it collects is thrown away.
    pub async fn shutdown(self, timeout: Duration) {
        self.thread.stop(Stop { timeout, is_awaited: false }).await;
    }

    /// As [`Server::shutdown`], after somebody scraped once more, so that Prometheus has the last numbers;
    /// whether anybody did within `timeout`, which is for both.
    ///
    /// It is a scrape of all families, by `GET`, that begins after this call, is collected after it, and is
    /// sent; what was late in it is missing as always. Whoever scrapes is somebody: where there are two of
    /// Prometheus, or a probe reads `/metrics`, the first of them ends the wait, and the others may not have the
    /// last numbers. A scrape that is under way when the time ends has a second more.
    ///
    /// Call it when the last request of the program was served, with a timeout above the interval of Prometheus.
    pub async fn shutdown_after_scrape(self, timeout: Duration) -> bool {
        self.thread.stop(Stop { timeout, is_awaited: true }).await
    }
}

/// Accepts connections until told to stop, and how; whether a scrape came that was awaited then.
///
/// What is `forsaken` stops at once: nobody waits for the end of it any more.
pub(crate) async fn accept(
    listener: Accepting,
    traces: Traces,
    endpoint: Endpoint,
    stop: impl Future<Output = Stop>,
    forsaken: impl Future<Output = ()>,
) -> bool {
    let last = Arc::new(LastScrape::default());
    let mut connections = Connections::new(endpoint, Arc::clone(&last));
    let stop = {
        let mut stop = pin!(stop);
        loop {
            tokio::select! {
                stop = &mut stop => break stop,
                () = open_next(&listener, &mut connections) => {}
            }
        }
    };
    let ending = async {
        let ends_at = Instant::now().checked_add(stop.timeout);
        if stop.is_awaited {
            last.want();
            let came = async {
                loop {
                    tokio::select! {
                        () = last.wait() => return,
                        () = open_next(&listener, &mut connections) => {}
                    }
                }
            };
            // Whether it came is asked when all is over.
            let _ = time::timeout(stop.timeout, came).await;
        }
        // Whoever takes the place next writes files of the same names.
        drop((traces, listener));
        let left = ends_at.map_or(Duration::MAX, |at| at.saturating_duration_since(Instant::now()));
        connections.close(if stop.is_awaited { left.max(GRACE) } else { left }).await;
    };
    tokio::select! {
        () = ending => {}
        () = forsaken => {}
    }
    last.has_come()
}

async fn open_next(listener: &Accepting, connections: &mut Connections) {
    match next(listener).await {
        Accepted::Tcp(stream, address) => connections.open(stream, address),
        #[cfg(unix)]
        Accepted::Unix(stream, address) => connections.open(stream, address),
    }
    // What it has sent already counts before others come.
    task::yield_now().await;
}

async fn next(listener: &Accepting) -> Accepted {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(_) => time::sleep(RETRY).await,
        }
    }
}

#[cfg(test)]
mod tests;
