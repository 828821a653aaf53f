//! All that a service emits.

use std::collections::BTreeSet;

use kymo_bridge::{Translation, Translator};
use kymo_core::{MetricKind, MetricSpec};
use kymo_testing::{Kind, Metric};

use crate::promise::{self, Promise};

/// All that a service emits, by the names of OpenTelemetry and by those where it is scraped.
///
/// Printed, it is the text of the file that a [`Contract`](crate::Contract) reads: a fact a line, sorted,
/// without versions or numbers that change by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    pub(crate) names: Translation,
    /// In the order of their keys.
    pub(crate) promises: Vec<Promise>,
    translator: Translated,
}

/// Knows what it emits.
pub trait Emits {
    /// All that it emits.
    fn emitted(&self) -> Lock;
}

impl Emits for Lock {
    fn emitted(&self) -> Lock {
        self.clone()
    }
}

/// The names of a page, which have no part in whether two locks are equal.
#[derive(Debug, Clone)]
struct Translated(Translator);

impl PartialEq for Translated {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Translated {}

impl Lock {
    /// Nothing yet, of a service whose page has names by `translator`.
    pub fn new(translator: &Translator) -> Self {
        Self {
            names: translator.translation(),
            promises: Vec::new(),
            translator: Translated(translator.clone()),
        }
    }

    /// Metrics as they are declared, on a page with the names of the specification.
    pub fn of_declared<'a>(metrics: impl IntoIterator<Item = &'a MetricSpec>) -> Self {
        let mut lock = Self::new(&Translator::new(Translation::default()));
        metrics.into_iter().for_each(|spec| lock.declare(spec));
        lock
    }

    /// Adds a metric with the attributes, and in the buckets, that it was recorded with.
    pub fn record(&mut self, metric: &Metric) {
        let (attributes, buckets) = (promise::attributes(metric), promise::buckets(metric));
        self.promise(&metric.name, metric.kind, &metric.unit, attributes, buckets);
    }

    /// Adds a metric that may have these attributes, and if it is a histogram buckets with these upper bounds.
    pub fn make(
        &mut self,
        (name, kind, unit): (&str, Kind, &str),
        keys: impl IntoIterator<Item = String>,
        bounds: &[f64],
    ) {
        let bounds = promise::bounds(bounds.iter().copied());
        let buckets = [bounds].into_iter().filter(|bounds| !bounds.is_empty()).collect();
        self.promise(name, kind, unit, keys.into_iter().collect(), buckets);
    }

    /// Adds a metric as it is declared.
    pub fn declare(&mut self, spec: &MetricSpec) {
        let keys = spec.attributes.iter().map(|key| key.name.to_owned());
        self.make((spec.name, spec.kind.into(), spec.unit), keys, spec.buckets());
    }

    fn promise(
        &mut self,
        name: &str,
        kind: Kind,
        unit: &str,
        attributes: BTreeSet<String>,
        buckets: BTreeSet<String>,
    ) {
        let of_page = match kind {
            Kind::Counter => MetricKind::Counter,
            Kind::UpDownCounter => MetricKind::UpDownCounter,
            Kind::Gauge => MetricKind::Gauge,
            _ => MetricKind::Histogram { buckets: &[] },
        };
        let family = self.translator.0.family(name, unit, of_page);
        let (name, unit) = (name.to_owned(), unit.to_owned());
        self.insert(Promise { name, kind, unit, family, attributes, buckets });
    }

    pub(crate) fn insert(&mut self, promise: Promise) {
        match self.promises.binary_search_by(|known| known.key().cmp(&promise.key())) {
            Ok(at) => self.promises[at].join(promise),
            Err(at) => self.promises.insert(at, promise),
        }
    }
}
