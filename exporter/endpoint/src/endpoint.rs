//! The tower service behind `/metrics`.

use std::{
    convert::Infallible,
    fmt,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use kymo_exposition::{Format, Source};
use opentelemetry::metrics::MeterProvider;
use tower_service::Service;

use crate::{
    access::{Access, AccessError, Gate, Guard},
    address::Address,
    body::ScrapeBody,
    deadline::Deadline,
    encoding::Encoding,
    filter::Filter,
    future::{Asked, Scrape, ScrapeFuture, text},
    listen_error::ListenError,
    listener::Listener,
    negotiation::negotiate,
    offer::Offer,
    overview,
    scraper::Scraper,
    server::Server,
    site::Site,
    table::Table,
};

/// A tower service that answers every `GET` and `HEAD` with the families of its source.
///
/// - The families are collected and written on threads of its own, whatever runtime it is called in, so
///   that a scrape holds up nothing of the program and waits for nothing of it.
/// - All who ask at the same time get one document, from one collection that began after they asked.
///   Clients who do not read it hold that document, and no more than two of them are in memory: where
///   another is wanted, it is taken from those who stopped to read, and after 5 s from those who read less
///   than 256 KiB a second and too slowly to be done within the time that they wait.
/// - What cannot be collected within the time that the scraper waits is left out: 10 s, or
///   `X-Prometheus-Scrape-Timeout-Seconds`, less a tenth for the way. If nothing is there by then, it
///   is a 503.
/// - A source that panics makes this one answer a 500, and nothing else.
///
/// Each client gets the best format that it reads, as its `Accept` says: see [`Endpoint::formats`]. It is compressed
/// by gzip for those who ask for it, or by zstd with the feature of that name. It looks at no path: the router in front of it does.
///
/// Who names families in the query, such as `?name[]=up&name[]=jobs_total`, gets those alone, uncompressed; and where
/// nobody wants others at that moment, no others are written. The names are those of the source or of any page, and of
/// samples: what a source calls `http.requests` is found as `http_requests` too. A family that the page refuses because
/// another has the name of its samples may be there where the other is not asked for.
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
    /// It keeps that document in memory for as long. Who asks later than that waits for a new one, which has all
    /// families whoever asks first, in six of the formats, with their escaping, that were asked for in the last five
    /// minutes. Who asks for others has one more collected, which takes nothing from those: all that there are make
    /// four documents, of which two are kept at most where they exceed a mebibyte.
    ///
    /// It is compressed as those wanted it who got it first: until there is a new one, others get it as it is.
    #[must_use]
    pub fn cache_for(self, time: Duration) -> Self {
        if let Some(scraper) = &self.scraper {
            scraper.cache_for(time);
        }
        self
    }

    /// Listens on `address`, such as `localhost:9464`, for scrapes of `/metrics`, on a port of its own.
    ///
    /// [`DEFAULT_ADDRESS`](crate::DEFAULT_ADDRESS) is reachable from this machine only. Any other needs
    /// rules of [`Access`] that say who may scrape, which may be everybody. With the web-config file of
    /// such rules, and the feature `access`, it speaks TLS, and HTTP/2 there.
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
    pub async fn serve(&self, address: impl Into<Address>) -> Result<Server, ListenError> {
        Server::check(self)?;
        let found = address.into().find().await;
        let found = found.map_err(|source| ListenError { address: String::new(), source })?;
        self.serve_on(Listener::addresses(found)).await
    }

    /// Listens as `listener` says: on a port of a range, on a unix socket, or on one that systemd opened.
    ///
    /// ```no_run
    /// # async fn run(endpoint: kymo_endpoint::Endpoint) -> Result<(), kymo_endpoint::ListenError> {
    /// use kymo_endpoint::Listener;
    ///
    /// let server = endpoint.serve_on(Listener::ports("localhost", 9464..=9479)).await?;
    /// println!("metrics on {}", server.place());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Endpoint::serve`], and when no port is free, a file cannot be written, or systemd opened no such
    /// socket.
    ///
    /// # Panics
    ///
    /// As [`Endpoint::serve`].
    pub async fn serve_on(&self, listener: Listener) -> Result<Server, ListenError> {
        Server::listen(self.clone(), listener).await
    }

    /// Measures scrapes, the page and the listeners with `meters`, for this endpoint and all its clones: see
    /// [`metrics`](crate::metrics). Only the first call has an effect.
    #[must_use]
    pub fn measure(self, meters: &dyn MeterProvider) -> Self {
        if let Some(scraper) = &self.scraper {
            scraper.measure(meters);
        }
        self
    }

    /// Shows the tables of `tables` too, at `/` of its own listeners: for this endpoint and all its clones.
    /// Only the first call has an effect.
    ///
    /// It is called once for all who look at the same time, on the thread of a listener, and must not wait for
    /// anything. A panic of it costs its tables.
    #[must_use]
    pub fn show(self, tables: impl Fn() -> Vec<Table> + Send + Sync + 'static) -> Self {
        if let Some(scraper) = &self.scraper {
            scraper.tables.set(tables);
        }
        self
    }

    /// Has `site` at `path` of its own listeners too, such as `/live`: for this endpoint and all its clones. Only
    /// the first call has an effect.
    ///
    /// Who may see it there is said by the rules of this endpoint, and not by those of the site.
    #[must_use]
    pub fn beside(self, path: &'static str, site: Site) -> Self {
        if let Some(scraper) = &self.scraper {
            scraper.beside.set(path, site);
        }
        self
    }

    /// Compresses documents for those who ask for gzip, or for zstd with the feature of that name, and works for
    /// it as much as `level` says: from 1, which is the default, to 9; 0 compresses nothing. For this endpoint and
    /// all its clones.
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

    /// Offers these formats to clients, and text 0.0.4, which every client reads; for this endpoint and all its
    /// clones. By default that is all but OpenMetrics 2.0, which is not finished: [`Format::ALL`] has it too.
    ///
    /// A client gets the one of them that its `Accept` gives the most weight, with the escaping of names that it
    /// asks for, underscores otherwise. Those who ask at the same time share one collection, which has a page for
    /// each format and escaping, and six of them at most; those who want a seventh share the one after it.
    ///
    /// ```
    /// use kymo_exposition::Format;
    /// # fn of(endpoint: kymo_endpoint::Endpoint) -> kymo_endpoint::Endpoint {
    /// endpoint.formats([Format::OpenMetrics100, Format::Protobuf])
    /// # }
    /// ```
    #[must_use]
    pub fn formats(self, formats: impl IntoIterator<Item = Format>) -> Self {
        if let Some(scraper) = &self.scraper {
            scraper.offer_others(|offer| offer.with(formats));
        }
        self
    }

    /// Answers in `format` those who ask for none of the [formats](Self::formats), such as a browser or curl, and
    /// offers it; for this endpoint and all its clones. It is text 0.0.4 by default. The one that it was before
    /// remains on offer.
    #[must_use]
    pub fn fallback_format(self, format: Format) -> Self {
        if let Some(scraper) = &self.scraper {
            scraper.offer_others(|offer| offer.or(format));
        }
        self
    }

    /// Says in OpenMetrics 1.0.0, and 0.0.1, when each series began to count, by a sample `…_created` of its own; for this
    /// endpoint and all its clones.
    ///
    /// A Prometheus that does not read them as such stores them as series. Protobuf and OpenMetrics 2.0 say it
    /// without them.
    #[must_use]
    pub fn created_samples(self) -> Self {
        if let Some(scraper) = &self.scraper {
            scraper.offer_others(Offer::with_created);
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
    /// [`AccessError`] when a rule cannot be followed: a file cannot be read or has a mistake, a network, a hash
    /// or a token is none, or the feature `access` is off and `access` asks for more than networks.
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

    /// Whether its own listeners speak TLS.
    pub(crate) fn has_tls(&self) -> bool {
        self.guard.as_ref().is_some_and(|guard| guard.rules().demands.tls().is_some())
    }

    /// The page for humans, for `GET` or `HEAD`.
    pub(crate) async fn overview<B>(&self, request: &Request<B>) -> Response<ScrapeBody> {
        let deadline = Deadline::of(request.headers(), Instant::now());
        match &self.scraper {
            Some(scraper) => overview::page(scraper, deadline, request.method()).await,
            None => text(StatusCode::NOT_FOUND, DISABLED),
        }
    }

    /// Who decides whether a request is let in, if anybody does.
    pub(crate) fn guard(&self) -> Option<&Arc<Guard>> {
        self.guard.as_ref()
    }

    /// Decides how `request` is to be answered, once it is let in.
    pub(crate) fn asked<B>(&self, request: &Request<B>) -> Asked {
        let Some(scraper) = &self.scraper else {
            return Asked::sentence(text(StatusCode::NOT_FOUND, DISABLED));
        };
        if let Some(answer) = answer_method(request.method()) {
            return Asked::sentence(answer);
        }
        let Ok(filter) = Filter::of(request.uri().query()) else {
            return Asked::sentence(text(StatusCode::BAD_REQUEST, TOO_MANY));
        };
        // A part of a page is sent as it is.
        let encoding = Encoding::accepted(request.headers());
        let encoding = if filter.is_all() { encoding } else { Encoding::Identity };
        Asked::Scrape(Scrape {
            scraper: Arc::clone(scraper),
            deadline: Deadline::of(request.headers(), Instant::now()),
            dialect: negotiate(request.headers(), scraper.offer()),
            encoding,
            filter,
            since: None,
            head_only: request.method() == Method::HEAD,
        })
    }

    /// What there is to scrape, if anything.
    pub(crate) fn scraper(&self) -> Option<&Arc<Scraper>> {
        self.scraper.as_ref()
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
        f.debug_struct("Endpoint").field("enabled", &self.scraper.is_some()).finish_non_exhaustive()
    }
}

/// The response to a method that is neither `GET` nor `HEAD`: which methods there are, as RFC 9110 asks in
/// sections 9.3.7 and 15.5.6.
pub(crate) fn answer_method(method: &Method) -> Option<Response<ScrapeBody>> {
    let mut response = match *method {
        Method::GET | Method::HEAD => return None,
        Method::OPTIONS => {
            let mut response = Response::new(ScrapeBody::empty());
            *response.status_mut() = StatusCode::NO_CONTENT;
            response
        }
        _ => text(StatusCode::METHOD_NOT_ALLOWED, "Scrape with GET.\n"),
    };
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, OPTIONS"));
    Some(response)
}

const TOO_MANY: &str = "There are too many names; ask for a hundred at most, or for all.\n";
const DISABLED: &str = "There are no metrics to scrape: telemetry was installed without \
    `.prometheus()`. Call it before `.install()`, or set OTEL_METRICS_EXPORTER=prometheus.\n";
