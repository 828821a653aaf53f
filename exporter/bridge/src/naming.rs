//! The names under which metrics are shown.

use std::sync::{Arc, Mutex, PoisonError};

use kymo_exposition::Kind;
use opentelemetry::InstrumentationScope;
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, Metric, MetricData, ResourceMetrics};

use crate::{
    definition::{Definition, Definitions},
    loss::Losses,
    name::{FamilyName, NameRules},
    scope,
    spelling::Spelling,
};

/// The names of the families that one kind of reader sees: whoever scrapes, or whoever gathers a registry.
pub(crate) struct Naming {
    rules: NameRules,
    target_info: bool,
    definitions: Mutex<Definitions>,
}

/// A metric and the family it is part of. Without a metric it is the resource itself.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) definition: Arc<Definition>,
    pub(crate) metric: Option<&'a Metric>,
    /// The scope of the metric, by its position.
    pub(crate) scope: usize,
    pub(crate) instrumentation: Option<&'a InstrumentationScope>,
}

impl Entry<'_> {
    /// Whether both metrics are part of one family.
    pub(crate) fn is_same_family(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.definition, &other.definition)
    }
}

impl Naming {
    pub(crate) fn new(rules: NameRules, target_info: bool, losses: &Losses) -> Self {
        let mut definitions = Definitions::default();
        if target_info {
            // It comes first, so no metric can take its name.
            definitions.admit(target_info_name(), Kind::Info, TARGET_HELP, losses);
        }
        Naming { rules, target_info, definitions: Mutex::new(definitions) }
    }

    /// The rules by which names are made.
    pub(crate) fn rules(&self) -> &NameRules {
        &self.rules
    }

    pub(crate) fn spelling(&self) -> Spelling {
        self.rules.spelling
    }

    /// All metrics that have a place in a family, sorted by the keys of their families.
    pub(crate) fn entries<'a>(
        &self,
        metrics: &'a ResourceMetrics,
        losses: &Losses,
    ) -> Vec<Entry<'a>> {
        let mut definitions = self.definitions.lock().unwrap_or_else(PoisonError::into_inner);
        let mut entries = Vec::new();
        if self.target_info && !metrics.resource().is_empty() {
            let name = target_info_name();
            let target = definitions.admit(name, Kind::Info, TARGET_HELP, losses);
            let entry =
                |definition| Entry { definition, metric: None, scope: 0, instrumentation: None };
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
                let admitted = definitions.admit(name, kind, metric.description(), losses);
                let instrumentation = Some(scoped.scope());
                let entry =
                    |definition| Entry { definition, metric: Some(metric), scope, instrumentation };
                entries.extend(admitted.map(entry));
            }
        }
        drop(definitions);
        entries.sort_by(|a, b| a.definition.key.cmp(&b.definition.key));
        entries
    }
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
