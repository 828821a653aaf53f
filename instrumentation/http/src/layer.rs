//! The layer that measures a server.

use std::{
    borrow::Cow,
    sync::{Arc, OnceLock},
    time::Duration,
};

use kymo_core::{Buckets, BucketsError, OperationKind, Part};
use opentelemetry::metrics::{Meter, MeterProvider};
use tower_layer::Layer;

use crate::{
    RequestHead,
    any_body::AnyBodyLayer,
    instruments::{Instruments, SERIES},
    metrics::ServerMetric,
    reading::Reading,
    scheme::SCHEMES,
    scope,
    service::MeasuredService,
    settings::Settings,
};

/// Measures every request of an HTTP server exactly once, whatever happens to it.
///
/// Works around any tower service over `http` requests and responses. With axum, add it with
/// `Router::layer`, where the route is known; wrapped around a whole `Router` it measures the same,
/// without `http.route`, and so it does for what `Router::nest_service` hides from it. A request
/// that passes two of these layers is measured by the outer one.
///
/// The [crate documentation](crate) says when each metric is recorded, and with which attributes.
#[derive(Debug, Clone)]
pub struct ServerLayer {
    meter: Meter,
    settings: Settings,
    reading: Arc<Reading>,
    instruments: Arc<OnceLock<Arc<Instruments>>>,
}

impl ServerLayer {
    /// Measures with instruments of `meters`.
    ///
    /// Clones of a layer share their series, also when they then [skip](Self::skip) other requests.
    /// Make further layers by cloning, or with [`ServerLayer::named`]: each one that is made anew
    /// takes up to 1,790 series more of those that the SDK has for all of them (2,000, or 1,791 with
    /// `kymo`), and its buckets are those of the layer that was used first.
    pub fn new(meters: &dyn MeterProvider) -> Self {
        Self::of_meter(meters.meter_with_scope(scope::unnamed()))
    }

    /// Measures into series of its own, told apart by the scope attribute `kymo.layer`, which
    /// Prometheus shows as the label `otel_scope_kymo_layer`.
    pub fn named(meters: &dyn MeterProvider, name: &str) -> Self {
        Self::of_meter(meters.meter_with_scope(scope::named(name)))
    }

    /// Counts the bytes of request bodies of any type as they pass, not only of axum's.
    ///
    /// The service must then take a [`MeasuredRequestBody`](crate::MeasuredRequestBody), as a
    /// service does that is generic over its body. Without this, the type of the request stays what
    /// it is, and of a body that is not axum's the declared length is recorded, or nothing if none
    /// is declared.
    pub fn any_body(self) -> AnyBodyLayer {
        AnyBodyLayer::new(self)
    }

    /// Does not measure requests for which `predicate` holds: not their duration, not their
    /// sizes, not while they are active. Called again, it skips what either predicate holds for.
    ///
    /// A panic in `predicate` fails the request, as one in the service does, and is not measured.
    ///
    /// ```
    /// # use kymo_http::ServerLayer;
    /// # let layer = ServerLayer::new(&opentelemetry::metrics::noop::NoopMeterProvider::new());
    /// let layer = layer.skip(|head| matches!(head.uri.path(), "/health" | "/ready"));
    /// ```
    pub fn skip(
        self,
        predicate: impl Fn(&RequestHead<'_>) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.read(|reading| reading.skip.push(Arc::new(predicate)))
    }

    /// Takes `http.route` from `route` instead of axum's matched path.
    ///
    /// Return a template, never a path: distinct values that exceed the budget of the attribute become
    /// `_OTHER` and are counted in `kymo.cardinality.folded`.
    ///
    /// ```
    /// # use kymo_http::ServerLayer;
    /// # let layer = ServerLayer::new(&opentelemetry::metrics::noop::NoopMeterProvider::new());
    /// let layer = layer.route(|head| {
    ///     let is_book = head.uri.path().starts_with("/books/");
    ///     is_book.then(|| "/books/{id}".into())
    /// });
    /// ```
    pub fn route(
        self,
        route: impl for<'a> Fn(&RequestHead<'a>) -> Option<Cow<'a, str>> + Send + Sync + 'static,
    ) -> Self {
        self.read(|reading| reading.route = Some(Arc::new(route)))
    }

    /// Keeps the names of the first `limit` routes instead of 300; 680 at most.
    pub fn route_budget(self, limit: u16) -> Self {
        self.change(|settings| settings.route_budget = limit.min(SERIES))
    }

    /// Keeps the names of exactly these methods of gRPC in `rpc.method`, such as `books.v1.Books/Get`;
    /// any other becomes `_OTHER`.
    ///
    /// Without this, a name is learned from the answers: [when](crate#grpc).
    pub fn grpc_methods(self, methods: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.change(|settings| settings.grpc_methods = Some(methods.into_iter().collect()))
    }

    /// Measures `metric` too.
    pub fn with(self, metric: ServerMetric) -> Self {
        self.change(|settings| settings.disabled.retain(|disabled| *disabled != metric))
    }

    /// Leaves `metric` out: it is neither recorded nor shown.
    pub fn without(self, metric: ServerMetric) -> Self {
        self.change(|settings| settings.disabled.push(metric))
    }

    /// Leaves the time of this part out of `kymo.http.server.request.time`, so that the parts do not add up to the
    /// duration any more.
    pub fn without_part(self, part: Part) -> Self {
        self.change(|settings| settings.bill.without_parts.push(part))
    }

    /// Records how many operations of this kind a request asks for, in `kymo.http.server.request.operations`: also
    /// of [`OperationKind::Cache`] and [`OperationKind::Repository`], which are left out otherwise.
    pub fn with_operations(self, kind: OperationKind) -> Self {
        self.change(|settings| settings.bill.kinds.push(kind))
    }

    /// Leaves operations of this kind out of `kymo.http.server.request.operations`.
    pub fn without_operations(self, kind: OperationKind) -> Self {
        self.change(|settings| settings.bill.kinds.retain(|it| *it != kind))
    }

    /// Takes a query for repeated that one request sends `times` times, instead of ten, in
    /// `kymo.http.server.request.repeated_queries`. Never if it is 0.
    pub fn repeated_after(self, times: u16) -> Self {
        self.change(|settings| settings.bill.repeated_after = times)
    }

    /// Counts polls that take longer than `time`, instead of 10 ms, in `kymo.http.server.request.blocking`.
    pub fn blocking_after(self, time: Duration) -> Self {
        self.change(|settings| settings.bill.blocking_after = time)
    }

    /// Tells those clients for whom `predicate` holds where the time of their request went, by a `Server-Timing`
    /// header ([W3C]): until the head of the response, in milliseconds by part, with the number of operations.
    ///
    /// Without this nobody is told; times tell a stranger about what is behind a page, so the predicate must know
    /// whom it trusts, such as by a header that a proxy sets or removes. Called again, the later one decides. Nothing
    /// is told where no metric of a bill is on. A panic in `predicate` fails the request.
    ///
    /// ```
    /// # use kymo_http::ServerLayer;
    /// # let layer = ServerLayer::new(&opentelemetry::metrics::noop::NoopMeterProvider::new());
    /// let layer = layer.server_timing(|head| head.headers.contains_key("x-internal"));
    /// ```
    ///
    /// [W3C]: https://www.w3.org/TR/server-timing/
    pub fn server_timing(
        self,
        predicate: impl Fn(&RequestHead<'_>) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.read(|reading| reading.tells_timing = Some(Arc::new(predicate)))
    }

    /// Counts `metric` in buckets with these upper bounds, in its unit: seconds or bytes.
    ///
    /// Has no effect on a metric that is no histogram, nor if another layer of the same name (or
    /// none) was used first: see [`ServerLayer::named`].
    ///
    /// # Errors
    ///
    /// [`BucketsError`] if the bounds are empty, not finite or not strictly ascending.
    ///
    /// ```
    /// # use kymo_http::{BucketsError, ServerLayer, ServerMetric};
    /// # let layer = ServerLayer::new(&opentelemetry::metrics::noop::NoopMeterProvider::new());
    /// let layer = layer.buckets(ServerMetric::RequestDuration, [0.05, 0.1, 0.5, 1.0])?;
    /// # Ok::<_, BucketsError>(())
    /// ```
    pub fn buckets(
        self,
        metric: ServerMetric,
        bounds: impl Into<Vec<f64>>,
    ) -> Result<Self, BucketsError> {
        let buckets = Buckets::new(bounds)?;
        Ok(self.change(|settings| drop(settings.buckets.insert(metric, buckets))))
    }

    /// Believes `Forwarded` and `X-Forwarded-Proto` about the client's scheme.
    ///
    /// Only behind a proxy that sets or removes them: anyone can send these headers.
    pub fn trust_forwarded_headers(self) -> Self {
        self.read(|reading| reading.scheme.trust_forwarded = true)
    }

    /// Does not look at the header `traceparent`: anyone can send one, and name any trace there.
    ///
    /// Exemplars lead to the traces of the program's own tracer then, and to no others. For services that
    /// clients reach without a proxy that sets the header or removes it.
    pub fn without_sent_traces(self) -> Self {
        self.read(|reading| reading.takes_sent_traces = false)
    }

    /// Reports `https` instead of `http`, because every client comes over TLS, be it ended here or
    /// by a proxy.
    ///
    /// A layer does not see the connection, and the scheme in a request's target is the client's
    /// word, so it is not believed in any version of HTTP. A trusted forwarding header is, and HTTP/3
    /// is always `https`.
    pub fn over_tls(self) -> Self {
        self.read(|reading| reading.scheme.unsaid = SCHEMES.bound("https"))
    }

    /// Measures each response whose length is not known at its head as a stream: its request ends
    /// there, and what follows is in the metrics of streams, with the kind `body`.
    ///
    /// For services whose long answers are not server-sent events, such as exports and tails.
    /// Without this, such a response is a request until its last byte, and whoever leaves it is
    /// `cancelled`. With it, also a short answer that is compressed on the way, or chunked for any
    /// other reason, is a stream, and a body that fails midway is no error of its request.
    pub fn stream_unknown_lengths(self) -> Self {
        self.read(|reading| reading.streams_unknown_lengths = true)
    }

    /// Keeps the names of exactly these methods, as `OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS`
    /// does: the list replaces the default one, and letters count.
    pub fn known_methods(self, methods: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.change(|settings| settings.methods = methods.into_iter().collect())
    }

    fn of_meter(meter: Meter) -> Self {
        let settings = Settings::default();
        Self { meter, settings, reading: Arc::default(), instruments: Arc::default() }
    }

    fn change(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        // Clones made before the change keep the instruments they were made with.
        self.instruments = Arc::default();
        self
    }

    fn read(mut self, change: impl FnOnce(&mut Reading)) -> Self {
        change(Arc::make_mut(&mut self.reading));
        self
    }

    /// The instruments are made once and shared: a router asks for them for each of its routes.
    pub(crate) fn measure<S>(&self, inner: S) -> MeasuredService<S> {
        let make = || Arc::new(Instruments::new(&self.meter, &self.settings));
        let instruments = Arc::clone(self.instruments.get_or_init(make));
        MeasuredService::new(inner, instruments, Arc::clone(&self.reading))
    }
}

impl<S> Layer<S> for ServerLayer {
    type Service = MeasuredService<S>;

    fn layer(&self, inner: S) -> MeasuredService<S> {
        self.measure(inner)
    }
}
