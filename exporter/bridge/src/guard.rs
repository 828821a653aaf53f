//! A collector whose panics harm nobody else.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use prometheus::{
    core::{Collector, Desc},
    proto::MetricFamily,
};

use crate::loss::{Cause, Losses};

/// A collector whose panics cost only its own families.
pub(crate) struct Guarded {
    pub(crate) collector: Box<dyn Collector>,
    pub(crate) losses: Arc<Losses>,
}

impl Guarded {
    /// The names of the collector's metrics.
    pub(crate) fn metrics(&self) -> Vec<String> {
        self.collector.desc().into_iter().map(|desc| desc.fq_name.clone()).collect()
    }
}

impl Collector for Guarded {
    fn desc(&self) -> Vec<&Desc> {
        self.collector.desc()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        catch_unwind(AssertUnwindSafe(|| self.collector.collect())).unwrap_or_else(|_| {
            self.losses.record(&self.metrics().join(" "), Cause::CollectorPanicked);
            Vec::new()
        })
    }
}
