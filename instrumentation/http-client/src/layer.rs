//! The layer that measures a client.

use std::{
    error::Error,
    sync::{Arc, OnceLock},
    time::Instant,
};

use kymo_core::{Buckets, BucketsError};
use opentelemetry::metrics::{Meter, MeterProvider};
use tower_layer::Layer;

use crate::{
    ClientRequest, Outgoing,
    exchange::Exchange,
    instruments::{Instruments, SERIES},
    measure::Measure,
    metrics::ClientMetric,
    reading::Reading,
    scope,
    service::MeasuredClient,
    settings::Settings,
};

/// Measures every request of an HTTP client exactly once, whatever happens to it.
///
/// Works around any tower service that takes an `http` request and answers with a response, such as
/// hyper-util's client or a channel of tonic. Where it stands says what it counts: inside of what retries or
/// follows redirects, each attempt is a request; outside, the whole is one. A request that passes two of
/// these layers is measured by the outer one.
///
/// The [crate documentation](crate) says when each metric is recorded, and with which attributes.
#[derive(Debug, Clone)]
pub struct ClientLayer {
    meter: Meter,
    settings: Settings,
    reading: Arc<Reading>,
    instruments: Arc<OnceLock<Arc<Instruments>>>,
}

impl ClientLayer {
    /// Measures with instruments of `meters`.
    ///
    /// Clones of a layer share their series. Make further layers by cloning, or with
    /// [`ClientLayer::named`]: each one that is made anew takes up to 1,790 series more of those that the
    /// SDK has for all of them (2,000, or 1,791 with `kymo`), and its buckets are those of the layer that
    /// was used first.
    pub fn new(meters: &dyn MeterProvider) -> Self {
        Self::of_meter(meters.meter_with_scope(scope::unnamed()))
    }

    /// Measures into series of its own, told apart by the scope attribute `kymo.client`, which
    /// Prometheus shows as the label `otel_scope_kymo_client`.
    ///
    /// For a client of webhooks, say, whose hosts are then in a budget of their own.
    pub fn named(meters: &dyn MeterProvider, name: &str) -> Self {
        Self::of_meter(meters.meter_with_scope(scope::named(name)))
    }

    /// Takes requests that name no server for requests to this one.
    ///
    /// A client of one server may put its address into requests only after they have passed this layer, as
    /// a channel of tonic does. A request that names a server is for that one.
    pub fn server(self, address: impl Into<String>, port: impl Into<Option<u16>>) -> Self {
        let address = address.into().to_ascii_lowercase();
        self.read(|reading| reading.server = Some((address, port.into())))
    }

    /// Reads errors of the type `E`, which a client returns, as it reads those of hyper, of `std::io` and
    /// any that are boxed.
    ///
    /// Without this, a failure with an error of any other type is `_OTHER`, unless the name of the type says
    /// that it is a time-out.
    pub fn reads_errors<E: Error + 'static>(self) -> Self {
        self.read(Reading::read::<E>)
    }

    /// Keeps the names of the first `limit` hosts instead of 100; 680 at most.
    pub fn address_budget(self, limit: u16) -> Self {
        self.change(|settings| settings.address_budget = limit.min(SERIES))
    }

    /// Shows the scheme of each request as `url.scheme`, which the conventions leave to whoever asks for
    /// it: the port tells it nearly always.
    pub fn url_scheme(self) -> Self {
        self.change(|settings| settings.shows_scheme = true)
    }

    /// Measures `metric` too.
    pub fn with(self, metric: ClientMetric) -> Self {
        self.change(|settings| settings.disabled.retain(|disabled| *disabled != metric))
    }

    /// Leaves `metric` out: it is neither recorded nor shown.
    pub fn without(self, metric: ClientMetric) -> Self {
        self.change(|settings| settings.disabled.push(metric))
    }

    /// Counts `metric` in buckets with these upper bounds, in seconds.
    ///
    /// Has no effect on a metric that is no histogram, nor if another layer of the same name (or
    /// none) was used first: see [`ClientLayer::named`].
    ///
    /// # Errors
    ///
    /// [`BucketsError`] if the bounds are empty, not finite or not strictly ascending.
    pub fn buckets(
        self,
        metric: ClientMetric,
        bounds: impl Into<Vec<f64>>,
    ) -> Result<Self, BucketsError> {
        let buckets = Buckets::new(bounds)?;
        Ok(self.change(|settings| drop(settings.buckets.insert(metric, buckets))))
    }

    /// Keeps the names of exactly these methods, as `OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS`
    /// does: the list replaces the default one, and letters count.
    pub fn known_methods(self, methods: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.change(|settings| settings.methods = methods.into_iter().collect())
    }

    /// Begins a request of a client that is no tower service.
    ///
    /// ```
    /// # use kymo_http_client::{ClientLayer, Outgoing, Target};
    /// # async fn delete(layer: ClientLayer) -> Result<(), std::io::Error> {
    /// let target = Target::new(Some("https"), Some("users.internal"), None);
    /// let request = layer.begin(&Outgoing::new(&http::Method::DELETE, target));
    /// let response = request.answered_by(async {
    ///     // The call of the client.
    ///     Ok::<_, std::io::Error>(http::Response::new(String::new()))
    /// });
    /// drop(response.await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn begin(&self, request: &Outgoing<'_>) -> ClientRequest {
        ClientRequest::new(Exchange::begin(&self.measured(), request, Instant::now()))
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

    /// The instruments are made once and shared.
    fn measured(&self) -> Measure {
        let make = || Arc::new(Instruments::new(&self.meter, &self.settings));
        let instruments = Arc::clone(self.instruments.get_or_init(make));
        Measure { instruments, reading: Arc::clone(&self.reading) }
    }
}

impl<S> Layer<S> for ClientLayer {
    type Service = MeasuredClient<S>;

    fn layer(&self, inner: S) -> MeasuredClient<S> {
        MeasuredClient::new(inner, self.measured())
    }
}
