//! The metrics of a layer that are on, and their buckets.

use std::collections::BTreeMap;

use kymo_core::{BillSettings, Buckets, KNOWN_METHODS, KnownValues, MetricSpec};

use crate::{key, metrics::ServerMetric};

/// The settings that instruments are made with; layers that share them share their series.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) disabled: Vec<ServerMetric>,
    pub(crate) buckets: BTreeMap<ServerMetric, Buckets>,
    pub(crate) methods: KnownValues,
    pub(crate) route_budget: u16,
    /// The methods of gRPC that are known; otherwise they are learned.
    pub(crate) grpc_methods: Option<KnownValues>,
    pub(crate) bill: BillSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            disabled: vec![ServerMetric::FirstByteDuration, ServerMetric::LongestPoll],
            buckets: BTreeMap::new(),
            methods: KNOWN_METHODS,
            route_budget: key::HTTP_ROUTE.limit(),
            grpc_methods: None,
            bill: BillSettings::default(),
        }
    }
}

impl Settings {
    /// The declaration of a metric, and its buckets; `None` if it is switched off.
    pub(crate) fn metric(&self, metric: ServerMetric) -> Option<(&'static MetricSpec, &[f64])> {
        if self.disabled.contains(&metric) {
            return None;
        }
        let spec = metric.spec();
        let own = self.buckets.get(&metric).map(Buckets::bounds);
        Some((spec, own.unwrap_or(spec.buckets())))
    }
}
