//! The OpenTelemetry side of a bridge.

use std::{
    collections::HashSet,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, ThreadId},
    time::Instant,
};

use kymo_exposition::Kind;
use opentelemetry_sdk::metrics::{
    ManualReader,
    data::{AggregatedMetrics, Metric, MetricData, ResourceMetrics},
    reader::MetricReader,
};

use crate::{
    definition::{Definition, Definitions},
    label::{self, OwnedLabel},
    loss::{Cause, Losses},
    metrics::Readings,
    name::{FamilyName, NameRules},
    scope,
};

/// The measurements of a provider, as families.
pub(crate) struct Otel {
    pub(crate) reader: Arc<ManualReader>,
    pub(crate) losses: Arc<Losses>,
    rules: NameRules,
    scope_info: bool,
    target_info: bool,
    resource_labels: Option<Choice>,
    /// The bytes of an attribute's value at most.
    pub(crate) longest: usize,
    definitions: Mutex<Definitions>,
    /// Whether a callback of an observable instrument has panicked.
    has_panicked: AtomicBool,
    /// The threads that read just now.
    reading: Mutex<Threads>,
    /// Wraps each reading.
    around: OnceLock<Around>,
    /// Who measures readings.
    readings: OnceLock<Readings>,
}

/// Gets the time until which a reading may wait, and what reads.
type Around = Box<dyn Fn(Option<Instant>, &mut dyn FnMut()) + Send + Sync>;

/// Chooses resource attributes by their keys.
pub(crate) type Choice = Box<dyn Fn(&str) -> bool + Send + Sync>;

/// A metric and the family it is part of. Without a metric it is the resource itself.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) definition: Arc<Definition>,
    pub(crate) metric: Option<&'a Metric>,
    /// The scope of the metric, by its position.
    pub(crate) scope: usize,
}

impl Entry<'_> {
    /// Whether both metrics are part of one family.
    pub(crate) fn is_same_family(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.definition, &other.definition)
    }
}

impl Otel {
    /// Reads by `rules`; values of attributes have `longest` bytes at most.
    pub(crate) fn new(
        rules: NameRules,
        scope_info: bool,
        target_info: bool,
        resource_labels: Option<Choice>,
        longest: usize,
    ) -> Self {
        let losses = Arc::new(Losses::default());
        let mut definitions = Definitions::default();
        if target_info {
            // It comes first, so no metric can take its name.
            definitions.admit(target_info_name(), Kind::Info, TARGET_HELP, &losses);
        }
        Otel {
            reader: Arc::new(ManualReader::builder().build()),
            losses,
            rules,
            scope_info,
            target_info,
            resource_labels,
            longest,
            definitions: Mutex::new(definitions),
            has_panicked: AtomicBool::new(false),
            reading: Mutex::default(),
            around: OnceLock::new(),
            readings: OnceLock::new(),
        }
    }

    /// Lets every reading happen inside `around`, unless they happen inside another already.
    pub(crate) fn read_within(&self, around: Around) {
        let _ = self.around.set(around);
    }

    /// Measures readings from now on, unless somebody does already.
    pub(crate) fn measure_readings(&self, readings: Readings) {
        let _ = self.readings.set(readings);
    }

    /// Everything measured so far, by `deadline` if there is one; nothing while no provider is running.
    pub(crate) fn measure(&self, deadline: Option<Instant>) -> ResourceMetrics {
        let mut metrics = ResourceMetrics::default();
        let Some(reading) = Reading::begin(&self.reading) else {
            // The SDK would wait for its own lock, for ever.
            self.losses.record("", Cause::CallbackScraped);
            return metrics;
        };
        let begun = Instant::now();
        let mut collected = None;
        let mut read = || {
            let read = AssertUnwindSafe(|| self.reader.collect(&mut metrics));
            collected = Some(catch_unwind(read));
        };
        match self.around.get() {
            Some(around) => around(deadline, &mut read),
            None => read(),
        }
        drop(reading);
        let Some(collected) = collected else {
            self.losses.record("", Cause::CallbackScraped);
            return ResourceMetrics::default();
        };
        if let Some(readings) = self.readings.get() {
            let error = match &collected {
                Ok(Ok(())) => None,
                Ok(Err(_)) => Some("collection"),
                Err(_) => Some("panic"),
            };
            readings.record(begun.elapsed(), error);
        }
        match collected {
            Ok(Ok(())) => return metrics,
            Ok(Err(_)) if !self.has_panicked.load(Ordering::Relaxed) => {
                self.losses.record("", Cause::NoProvider);
            }
            // A panic while the SDK holds its locks makes every later reading fail.
            Ok(Err(_)) => self.losses.record("", Cause::CallbackPanicked),
            Err(_) => {
                self.has_panicked.store(true, Ordering::Relaxed);
                self.losses.record("", Cause::CallbackPanicked);
            }
        }
        ResourceMetrics::default()
    }

    /// All metrics that have a place in a family, sorted by the names of their families.
    pub(crate) fn entries<'a>(&self, metrics: &'a ResourceMetrics) -> Vec<Entry<'a>> {
        let mut definitions = self.definitions.lock().unwrap_or_else(PoisonError::into_inner);
        let mut entries = Vec::new();
        if self.target_info && !metrics.resource().is_empty() {
            let name = target_info_name();
            let target = definitions.admit(name, Kind::Info, TARGET_HELP, &self.losses);
            let entry = |definition| Entry { definition, metric: None, scope: 0 };
            entries.extend(target.map(entry));
        }
        // The SDK keeps scopes in a hash map, and metrics in the order in which they were made.
        // Sorted, conflicts end the same way in every process.
        let mut scopes: Vec<_> = metrics.scope_metrics().enumerate().collect();
        scopes.sort_by_cached_key(|(_, scoped)| scope::order(scoped.scope()));
        for (scope, scoped) in scopes {
            let mut all: Vec<_> = scoped.metrics().collect();
            all.sort_by_key(|metric| {
                (metric.name(), metric.unit(), metric.description(), shape(metric))
            });
            for metric in all {
                let (kind, ratio) = classify(metric);
                let name = self.rules.translate(metric.name(), metric.unit(), kind, ratio);
                let help = metric.description();
                let admitted = definitions.admit(name, kind, help, &self.losses);
                let entry = |definition| Entry { definition, metric: Some(metric), scope };
                entries.extend(admitted.map(entry));
            }
        }
        drop(definitions);
        entries.sort_by(|a, b| a.definition.name.cmp(&b.definition.name));
        entries
    }

    /// The labels of all series of each scope: about the scope, the resource and the registry.
    pub(crate) fn scopes(
        &self,
        metrics: &ResourceMetrics,
        common: &[OwnedLabel],
    ) -> Vec<Vec<OwnedLabel>> {
        let resource = match &self.resource_labels {
            Some(choose) => label::of_resource(metrics.resource(), choose),
            None => Vec::new(),
        };
        let of = |scope| {
            let own = if self.scope_info { scope::labels(scope) } else { Vec::new() };
            label::of_scope(own.into_iter().chain(resource.iter().chain(common).cloned()))
        };
        metrics.scope_metrics().map(|scoped| of(scoped.scope())).collect()
    }
}

type Threads = HashSet<ThreadId>;

/// A thread reads, until this is dropped: what others do meanwhile may panic.
struct Reading<'a>(&'a Mutex<Threads>);

impl<'a> Reading<'a> {
    /// Unless this thread reads already.
    fn begin(threads: &'a Mutex<Threads>) -> Option<Self> {
        locked(threads).insert(thread::current().id()).then(|| Self(threads))
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        locked(self.0).remove(&thread::current().id());
    }
}

/// A panic while the threads are locked leaves them as they are.
fn locked(threads: &Mutex<Threads>) -> MutexGuard<'_, Threads> {
    threads.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The kind of family for a metric, and whether it is a gauge of unit `1`.
///
/// The Prometheus translator calls only those ratios: a counter of unit `1` counts things.
fn classify(metric: &Metric) -> (Kind, bool) {
    let kind = match metric.data() {
        AggregatedMetrics::F64(data) => kind_of(data),
        AggregatedMetrics::U64(data) => kind_of(data),
        AggregatedMetrics::I64(data) => kind_of(data),
    };
    (kind.0, kind.1 && metric.unit() == "1")
}

/// The kind of a metric, and of its numbers: two metrics may differ in nothing else.
fn shape(metric: &Metric) -> (u8, u8) {
    fn of<T>(data: &MetricData<T>) -> u8 {
        match data {
            MetricData::Gauge(_) => 0,
            MetricData::Sum(sum) => 1 + u8::from(sum.is_monotonic()),
            MetricData::Histogram(_) => 3,
            MetricData::ExponentialHistogram(_) => 4,
        }
    }
    match metric.data() {
        AggregatedMetrics::F64(data) => (0, of(data)),
        AggregatedMetrics::U64(data) => (1, of(data)),
        AggregatedMetrics::I64(data) => (2, of(data)),
    }
}

/// The kind of family for some data, and whether it is a gauge of the SDK: a sum that may fall is a gauge
/// of Prometheus and no ratio.
fn kind_of<T>(data: &MetricData<T>) -> (Kind, bool) {
    match data {
        MetricData::Gauge(_) => (Kind::Gauge, true),
        MetricData::Sum(sum) if sum.is_monotonic() => (Kind::Counter, false),
        MetricData::Sum(_) => (Kind::Gauge, false),
        MetricData::Histogram(_) | MetricData::ExponentialHistogram(_) => (Kind::Histogram, false),
    }
}

fn target_info_name() -> FamilyName {
    FamilyName { name: TARGET_INFO.into(), unit: "".into() }
}

/// The family of the resource, by the specification "Prometheus and `OpenMetrics` compatibility", section
/// Resource Attributes.
pub(crate) const TARGET_INFO: &str = "target_info";
/// Its description in the examples of the specification.
const TARGET_HELP: &str = "Target metadata";
