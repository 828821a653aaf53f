//! The bridge: a reader on one side, families on the other.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use kymo_core::{Exemplars, key};
use kymo_exposition::Kind;
use opentelemetry::metrics::MeterProvider;
use prometheus::{Registry, core::Collector};

use crate::{
    Error, Translator,
    apart::Apart,
    builder::BridgeBuilder,
    guard::Guarded,
    loss::{Loss, Losses},
    marker::Marker,
    metrics::{self, Readings},
    name::NameRules,
    otel::Otel,
    reader::Reader,
};

/// OpenTelemetry metrics on one side, Prometheus families on the other.
///
/// Its [`reader`](Self::reader) goes into a meter provider. What the provider measures is then in
/// two places: in the [`registry`](Self::registry), for programs that gather it, and in the bridge as a
/// [`Source`](kymo_exposition::Source) of families, which has what a registry cannot carry: exact
/// integers, units, start times and native histograms. As a source the bridge also gives out the
/// families of all other collectors of that registry, each exactly once.
///
/// Clones are the same bridge.
#[derive(Clone)]
pub struct Bridge {
    pub(crate) reader: Reader,
    pub(crate) registry: Registry,
    pub(crate) losses: Arc<Losses>,
    /// Where the collectors run, when another exporter puts the metrics into the registry.
    pub(crate) apart: Apart,
    /// Whether somebody measures it.
    pub(crate) is_measured: Arc<AtomicBool>,
    /// Absent when another exporter puts the metrics into the registry, by names of its own.
    pub(crate) translator: Option<Translator>,
    /// Absent when another exporter puts the metrics into the registry.
    pub(crate) otel: Option<(Arc<Otel>, Arc<Marker>)>,
}

impl Bridge {
    /// The options of a new bridge.
    pub fn builder() -> BridgeBuilder {
        BridgeBuilder::new()
    }

    /// The end that goes into a meter provider, with `with_reader`.
    ///
    /// It is always the same reader: give it to one provider.
    pub fn reader(&self) -> Reader {
        self.reader.clone()
    }

    /// The registry with the OpenTelemetry metrics and whatever else is registered there.
    ///
    /// It has fewer details than the bridge itself: numbers are floats, native histograms are classic
    /// ones, and names have underscores whatever the [`Translation`](crate::Translation) is.
    pub fn registry(&self) -> &Registry {
        if let Some((_, marker)) = &self.otel {
            marker.share();
        }
        &self.registry
    }

    /// The names that metrics and attributes have where this bridge is scraped; `None` where another exporter
    /// puts the metrics into the registry, by names of its own.
    pub fn translator(&self) -> Option<&Translator> {
        self.translator.as_ref()
    }

    /// Registers another collector so that it costs only its own families when it panics, or does not
    /// return while the bridge is scraped.
    ///
    /// ```
    /// use kymo_bridge::Bridge;
    ///
    /// let bridge = Bridge::builder().build()?;
    /// let depth = prometheus::IntGauge::new("queue_depth", "Jobs that wait.").unwrap();
    /// bridge.register(Box::new(depth.clone()))?;
    /// depth.set(3);
    /// assert!(bridge.registry().gather().iter().any(|family| family.name() == "queue_depth"));
    /// # Ok::<_, kymo_bridge::Error>(())
    /// ```
    ///
    /// A collector that was registered with the registry directly costs every other collector's
    /// families then, though never those of OpenTelemetry. One that does not return holds the lock of
    /// the registry besides: whoever registers another one waits until it does, here as well.
    ///
    /// # Errors
    ///
    /// When the registry refuses it: because it is there already, or one of its metrics is.
    pub fn register(&self, collector: Box<dyn Collector>) -> Result<(), Error> {
        let guarded = Guarded::new(collector, Arc::clone(&self.losses));
        let metrics = guarded.metrics();
        let registered = self.registry().register(Box::new(guarded));
        registered.map_err(|source| Error::Collector { metrics, source })
    }

    /// Lets every reading of the provider happen inside `around`, for whoever has to prepare something: it
    /// gets the time until which it may wait, if there is one, and what reads, which it calls once; or not at
    /// all where it cannot be read, as in a callback.
    ///
    /// Only the first call has an effect, and none where another exporter reads.
    pub fn read_within(
        &self,
        around: impl Fn(Option<Instant>, &mut dyn FnMut()) + Send + Sync + 'static,
    ) {
        if let Some((otel, _)) = &self.otel {
            otel.read_within(Box::new(around));
        }
    }

    /// Whether it can give out exemplars: not where another exporter reads.
    pub fn shows_exemplars(&self) -> bool {
        self.otel.is_some()
    }

    /// Gives out `exemplars` with the series that they belong to, for whoever keeps them beside the provider.
    ///
    /// Only the first call has an effect, and none where another exporter reads. The registry cannot carry
    /// them.
    pub fn show_exemplars(&self, exemplars: Exemplars) {
        if let Some((otel, _)) = &self.otel {
            otel.take_exemplars(exemplars);
        }
    }

    /// The name of the family that an instrument of this name, unit and kind is among those that are scraped, such
    /// as `http_server_request_duration_seconds`.
    ///
    /// It is another one where two instruments clash, and where another exporter names them.
    pub fn family_name(&self, instrument: &str, unit: &str, kind: Kind) -> String {
        let is_ratio = kind == Kind::Gauge && unit == "1";
        let name = |rules: &NameRules| rules.translate(instrument, unit, kind, is_ratio).name;
        match &self.otel {
            Some((otel, _)) => name(otel.naming.rules()),
            None => name(&NameRules::default()),
        }
    }

    /// Measures, with `meters`, how long readings take, and what is lost on the way: see
    /// [`metrics`](crate::metrics).
    ///
    /// It measures for as long as the bridge is there; only the first call has an effect.
    pub fn measure(&self, meters: &dyn MeterProvider) {
        if self.is_measured.swap(true, Ordering::Relaxed) {
            return;
        }
        let meter = metrics::SCOPE.meter(meters);
        if let Some((otel, _)) = &self.otel {
            otel.measure_readings(Readings::new(&meter));
        }
        let losses = Arc::downgrade(&self.losses);
        metrics::LOSSES.observable_counter(&meter, move |to| {
            let Some(losses) = losses.upgrade() else { return };
            for (cause, times) in losses.by_cause() {
                to.observe(times, &[key::ERROR_TYPE.of(cause)]);
            }
        });
    }

    /// Lists the losses since the start, each with its cause: what was measured and not scraped.
    /// Empty when all is well.
    ///
    /// Each different loss is also logged once, as a warning of the `tracing` crate.
    pub fn losses(&self) -> Vec<Loss> {
        self.losses.list()
    }
}

impl fmt::Debug for Bridge {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Bridge").field("registry", &self.registry).finish_non_exhaustive()
    }
}
