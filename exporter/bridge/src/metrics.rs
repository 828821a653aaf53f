//! Every metric this crate emits, of what is read and what is lost on the way, and the instruments of it.
//!
//! A reading observes its own duration: it is on the page after it.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use kymo_core::{
    MetricKind, MetricSpec, Scope,
    key::{self, AttributeKey},
};
use opentelemetry::{
    KeyValue,
    metrics::{Histogram, Meter},
};

/// The failures of a collection.
const COLLECTION_ERROR: AttributeKey = key::ERROR_TYPE
    .described("Why it failed: `panic` (of a callback) or `collection`; absent on success.");

/// What reads here.
const KIND: AttributeKey = key::COMPONENT_TYPE.described("`prometheus_http_text_metric_exporter`.");

/// The causes of losses.
const CAUSE: AttributeKey = key::ERROR_TYPE.described(
    "The cause, such as `type_conflict`, `duplicate_series`, `overflow` or `collector_panicked`: those of \
     `kymo_bridge::Cause`.",
);

/// Time that OpenTelemetry's metrics took to be read, callbacks of observable instruments included.
pub const COLLECTION_DURATION: MetricSpec = MetricSpec::new(
    "otel.sdk.metric_reader.collection.duration",
    MetricKind::Histogram { buckets: &[] },
    "s",
    "The duration of the collect operation of the metric reader.",
)
.with_attributes(&[COLLECTION_ERROR, key::COMPONENT_NAME, KIND])
.recorded("Once for each reading: for a scrape, and for whoever gathers the registry.");

/// What was measured and is not on a page, or not as it was measured.
pub const LOSSES: MetricSpec = MetricSpec::new(
    "kymo.scrape.losses",
    MetricKind::Counter,
    "{measurement}",
    "What readings lacked of what was measured, or had with less than was measured.",
)
.with_attributes(&[CAUSE])
.recorded(
    "At every collection, for each cause, from zero on: once per reading for a family, once per series \
     for a series. Who else reads, such as a second scraper, counts it again.",
);

/// All of them.
pub const ALL: &[MetricSpec] = &[COLLECTION_DURATION, LOSSES];

/// The instrumentation scope of all of them.
pub(crate) const SCOPE: Scope = Scope::of_crate(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));

/// Measures readings.
#[derive(Debug)]
pub(crate) struct Readings {
    duration: Histogram<f64>,
    component: [KeyValue; 2],
}

impl Readings {
    pub(crate) fn new(meter: &Meter) -> Self {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let name = format!("{COMPONENT}/{}", MADE.fetch_add(1, Ordering::Relaxed));
        let component = [key::COMPONENT_NAME.of(name), key::COMPONENT_TYPE.of(COMPONENT)];
        Self { duration: COLLECTION_DURATION.histogram(meter), component }
    }

    /// A reading is over.
    pub(crate) fn record(&self, took: Duration, error: Option<&'static str>) {
        let mut attributes = self.component.to_vec();
        attributes.extend(error.map(|error| key::ERROR_TYPE.of(error)));
        self.duration.record(took.as_secs_f64(), &attributes);
    }
}

/// What the conventions call a Prometheus exporter for text over HTTP.
const COMPONENT: &str = "prometheus_http_text_metric_exporter";
