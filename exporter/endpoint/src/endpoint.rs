//! The tower service behind `/metrics`.

use std::{
    convert::Infallible,
    fmt,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use kymo_exposition::Source;
use tokio::net::ToSocketAddrs;
use tower_service::Service;

use crate::{
    body::ScrapeBody,
    deadline::Deadline,
    future::{ScrapeFuture, text},
    scraper::Scraper,
    server::{ListenError, Server},
};

/// A tower service that answers every `GET` and `HEAD` with the families of its source.
///
/// - The families are collected and written on threads of its own, whatever runtime it is called in, so
///   that a scrape holds up nothing of the program and waits for nothing of it.
/// - All who ask at the same time get one document, from one collection that began after they asked.
///   Clients who do not read it hold that document, and no more than two of them are in memory: where
///   another is wanted, it is taken from those who stopped to read.
/// - What cannot be collected within the time that the scraper waits is left out: 10 s, or
///   `X-Prometheus-Scrape-Timeout-Seconds`, less a tenth for the way. If nothing is there by then, it
///   is a 503.
/// - A source that panics makes this one answer a 500, and nothing else.
///
/// The format is text 0.0.4. It looks at no path: the router in front of it does.
///
/// # Who may scrape
///
/// Whoever reaches the router that it is mounted in reads the metrics. Where strangers reach the
/// application, guard the route, or use [`Endpoint::serve`] on an address that only the Prometheus server
/// reaches.
#[derive(Clone)]
pub struct Endpoint {
    scraper: Option<Arc<Scraper>>,
}

impl Endpoint {
    /// Serves the families of `source`.
    pub fn new(source: impl Source + 'static) -> Self {
        Self { scraper: Some(Arc::new(Scraper::new(Box::new(source)))) }
    }

    /// Serves nothing: every request is answered 404, with a sentence on how to change that.
    pub fn disabled() -> Self {
        Self { scraper: None }
    }

    /// Hands out a document again to those who ask within `time` after it was collected; for this endpoint
    /// and all its clones, and none by default.
    ///
    /// It keeps that document in memory for as long. Who asks later than that waits for a new one.
    #[must_use]
    pub fn cache_for(self, time: Duration) -> Self {
        if let Some(scraper) = &self.scraper {
            scraper.cache_for(time);
        }
        self
    }

    /// Listens on `address`, whatever tokio takes for one, for scrapes of `/metrics`, on a port of its
    /// own.
    ///
    /// Nothing but this address guards the metrics: choose one that only the Prometheus server
    /// reaches. [`DEFAULT_ADDRESS`](crate::DEFAULT_ADDRESS) is reachable from this machine only.
    ///
    /// # Errors
    ///
    /// [`ListenError`] when the address cannot be resolved or bound, such as when it is in use, when
    /// there is no tokio runtime, or when this is [disabled](Self::disabled).
    ///
    /// # Panics
    ///
    /// In a tokio runtime whose I/O driver is not enabled, as every tokio socket does.
    pub async fn serve(&self, address: impl ToSocketAddrs) -> Result<Server, ListenError> {
        Server::listen(self.clone(), address).await
    }

    /// Whether there is anything to scrape.
    pub(crate) fn is_enabled(&self) -> bool {
        self.scraper.is_some()
    }
}

impl<B> Service<Request<B>> for Endpoint {
    type Response = Response<ScrapeBody>;
    type Error = Infallible;
    type Future = ScrapeFuture;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> ScrapeFuture {
        let Some(scraper) = &self.scraper else {
            return ScrapeFuture::ready(text(StatusCode::NOT_FOUND, DISABLED));
        };
        if let Some(refusal) = refuse_method(request.method()) {
            return ScrapeFuture::ready(refusal);
        }
        let head_only = request.method() == Method::HEAD;
        let deadline = Deadline::of(request.headers(), Instant::now());
        ScrapeFuture::scrape(scraper, deadline, head_only)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("enabled", &self.is_enabled()).finish_non_exhaustive()
    }
}

/// The response to a method that is neither `GET` nor `HEAD`.
pub(crate) fn refuse_method(method: &Method) -> Option<Response<ScrapeBody>> {
    if method == Method::GET || method == Method::HEAD {
        return None;
    }
    let mut response = text(StatusCode::METHOD_NOT_ALLOWED, "Scrape with GET.\n");
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    Some(response)
}

const DISABLED: &str = "There are no metrics to scrape: telemetry was installed without \
    `.prometheus()`. Call it before `.install()`, or set OTEL_METRICS_EXPORTER=prometheus.\n";
