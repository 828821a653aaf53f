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
    access::{Access, AccessError, Gate, Guard},
    body::ScrapeBody,
    deadline::Deadline,
    encoding::Encoding,
    future::{Asked, Scrape, ScrapeFuture, text},
    scraper::Scraper,
    server::{ListenError, Server},
};

/// A tower service that answers every `GET` and `HEAD` with the families of its source.
///
/// - The families are collected and written on threads of its own, whatever runtime it is called in, so
///   that a scrape holds up nothing of the program and waits for nothing of it.
/// - All who ask at the same time get one document, from one collection that began after they asked.
///   Clients who do not read it hold that document, and no more than two of them are in memory: where
///   another is wanted, it is taken from those who stopped to read, or read less than 256 KiB a second
///   for more than 5 s.
/// - What cannot be collected within the time that the scraper waits is left out: 10 s, or
///   `X-Prometheus-Scrape-Timeout-Seconds`, less a tenth for the way. If nothing is there by then, it
///   is a 503.
/// - A source that panics makes this one answer a 500, and nothing else.
///
/// The format is text 0.0.4, compressed by gzip or zstd for those who ask for it. It looks at no path: the
/// router in front of it does.
///
/// # Who may scrape
///
/// Without [`Endpoint::access`], whoever reaches the router that it is mounted in reads the metrics. Where
/// clients you do not know reach the application, say who may, or use [`Endpoint::serve`], whose address
/// is this machine's alone unless somebody says who may come from others.
#[derive(Clone)]
pub struct Endpoint {
    scraper: Option<Arc<Scraper>>,
    guard: Option<Arc<Guard>>,
}

impl Endpoint {
    /// Serves the families of `source`.
    pub fn new(source: impl Source + 'static) -> Self {
        Self { scraper: Some(Arc::new(Scraper::new(Box::new(source)))), guard: None }
    }

    /// Serves nothing: every request is answered 404, with a sentence on how to change that.
    pub fn disabled() -> Self {
        Self { scraper: None, guard: None }
    }

    /// Hands out a document again to those who ask within `time` after it was collected; for this endpoint
    /// and all its clones, and none by default.
    ///
    /// It keeps that document in memory for as long. Who asks later than that waits for a new one. It is
    /// compressed as those wanted it who got it first: until there is a new one, others get it as it is.
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
    /// [`DEFAULT_ADDRESS`](crate::DEFAULT_ADDRESS) is reachable from this machine only. Any other needs
    /// rules of [`Access`] that say who may scrape, which may be everybody. With the web-config file of
    /// such rules it speaks TLS, and HTTP/2 there.
    ///
    /// # Errors
    ///
    /// [`ListenError`] when the address cannot be resolved or bound, such as when it is in use, when
    /// other machines reach it and no rule says who may scrape, when there is no tokio runtime, or when
    /// this is [disabled](Self::disabled).
    ///
    /// # Panics
    ///
    /// In a tokio runtime whose I/O driver is not enabled, as every tokio socket does.
    pub async fn serve(&self, address: impl ToSocketAddrs) -> Result<Server, ListenError> {
        Server::listen(self.clone(), address).await
    }

    /// Compresses documents for those who ask for gzip or zstd, and works for it as much as `level` says: from
    /// 1, which is the default, to 9; 0 compresses nothing. For this endpoint and all its clones.
    ///
    /// A document is compressed once for all who share it, as those want it who wait for it: see
    /// [`Endpoint::cache_for`]. Those below 1 KiB are left as they are.
    #[must_use]
    pub fn compression(self, level: u8) -> Self {
        if let Some(scraper) = &self.scraper {
            scraper.compress_by(level);
        }
        self
    }

    /// Answers those alone whom `access` lets in, in a router and on a listener of its own; what was said
    /// before of this no longer counts.
    ///
    /// It has a thread of its own if `access` names files, and another one while there are passwords to look
    /// at.
    ///
    /// # Errors
    ///
    /// [`AccessError`] when a rule cannot be followed: a file cannot be read or has a mistake, or a network,
    /// a hash or a token is none.
    pub fn access(self, access: Access) -> Result<Self, AccessError> {
        Ok(self.behind(&access.enforce()?))
    }

    /// As [`Endpoint::access`], by rules that are in force already.
    pub fn behind(mut self, gate: &Gate) -> Self {
        self.guard = Some(Arc::clone(&gate.0));
        self
    }

    /// Whether somebody said who may scrape from other machines.
    pub(crate) fn is_meant_for_others(&self) -> bool {
        self.guard.as_ref().is_some_and(|guard| guard.is_meant())
    }

    /// Who decides whether a request is let in, if anybody does.
    pub(crate) fn guard(&self) -> Option<&Arc<Guard>> {
        self.guard.as_ref()
    }

    /// The same for requests that were let in already.
    pub(crate) fn unguarded(&self) -> Self {
        Self { scraper: self.scraper.clone(), guard: None }
    }

    /// Decides how `request` is to be answered.
    fn asked<B>(&self, request: &Request<B>) -> Asked {
        let Some(scraper) = &self.scraper else {
            return Asked::Sentence(text(StatusCode::NOT_FOUND, DISABLED));
        };
        match refuse_method(request.method()) {
            Some(refusal) => Asked::Sentence(refusal),
            None => Asked::Scrape(Scrape {
                scraper: Arc::clone(scraper),
                deadline: Deadline::of(request.headers(), Instant::now()),
                encoding: Encoding::accepted(request.headers()),
                head_only: request.method() == Method::HEAD,
            }),
        }
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
        let asked = self.asked(&request);
        match &self.guard {
            None => ScrapeFuture::of(asked),
            Some(guard) => {
                let client = guard.client(request.extensions());
                ScrapeFuture::guarded(guard, &client, request.headers(), asked)
            }
        }
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
