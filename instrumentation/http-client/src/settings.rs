//! The settings of a layer.

use std::collections::BTreeMap;

use kymo_core::{Buckets, KNOWN_METHODS, KnownValues, MetricSpec};

use crate::{key, metrics::ClientMetric};

/// The settings that instruments are made with; layers that share them share their series.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) disabled: Vec<ClientMetric>,
    pub(crate) buckets: BTreeMap<ClientMetric, Buckets>,
    pub(crate) methods: KnownValues,
    pub(crate) address_budget: u16,
    pub(crate) shows_scheme: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            disabled: Vec::new(),
            buckets: BTreeMap::new(),
            methods: KNOWN_METHODS,
            address_budget: key::TARGET_ADDRESS.limit(),
            shows_scheme: false,
        }
    }
}

impl Settings {
    /// The declaration of a metric, and its buckets; `None` if it is switched off.
    pub(crate) fn metric(&self, metric: ClientMetric) -> Option<(&'static MetricSpec, &[f64])> {
        if self.disabled.contains(&metric) {
            return None;
        }
        let spec = metric.spec();
        let own = self.buckets.get(&metric).map(Buckets::bounds);
        Some((spec, own.unwrap_or(spec.buckets())))
    }
}
