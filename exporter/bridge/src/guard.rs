//! A collector whose panics harm nobody else.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Instant,
};

use prometheus::{
    core::{Collector, Desc},
    proto::MetricFamily,
};

use crate::{
    apart::{Apart, Failure},
    gathering::Gathering,
    loss::{Cause, Losses},
};

/// A collector that costs only its own families, if it panics or does not return.
pub(crate) struct Guarded {
    collector: Arc<dyn Collector>,
    losses: Arc<Losses>,
    apart: Apart,
}

impl Guarded {
    pub(crate) fn new(collector: Box<dyn Collector>, losses: Arc<Losses>) -> Self {
        Self { collector: collector.into(), losses, apart: Apart::default() }
    }

    /// The names of the collector's metrics.
    pub(crate) fn metrics(&self) -> Vec<String> {
        self.collector.desc().into_iter().map(|desc| desc.fq_name.clone()).collect()
    }

    /// Its families, however long that takes.
    fn collect_here(&self) -> Result<Vec<MetricFamily>, Failure> {
        catch_unwind(AssertUnwindSafe(|| self.collector.collect())).map_err(|panic| {
            // It may panic again when it is dropped.
            std::mem::forget(panic);
            Failure::Panicked
        })
    }

    /// Its families by `deadline`, less a tenth of the time for the collectors after it.
    fn collect_by(&self, deadline: Instant) -> Result<Vec<MetricFamily>, Failure> {
        let left = deadline.saturating_duration_since(Instant::now());
        let collector = Arc::clone(&self.collector);
        self.apart
            .run(deadline.checked_sub(left / 10).unwrap_or(deadline), move || collector.collect())
    }
}

impl Collector for Guarded {
    fn desc(&self) -> Vec<&Desc> {
        self.collector.desc()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let deadline = Gathering::current().deadline;
        let collected = deadline.map_or_else(|| self.collect_here(), |it| self.collect_by(it));
        collected.unwrap_or_else(|failure| {
            let cause = match failure {
                Failure::Panicked => Cause::CollectorPanicked,
                Failure::Late => Cause::CollectorLate,
            };
            self.losses.record(&self.metrics().join(" "), cause);
            Vec::new()
        })
    }
}
