//! The place of a metric in its family.

use std::sync::Arc;

use kymo_core::{Exemplars, MetricExemplars};
use kymo_exposition::Kind;
use opentelemetry_sdk::metrics::data::Metric;

use crate::{assembler::Surroundings, label::OwnedLabel, naming::Entry};

/// The metric of a family that is being pushed.
#[derive(Clone, Copy)]
pub(crate) struct Position<'a> {
    pub(crate) family: &'a [Entry<'a>],
    pub(crate) entry: usize,
}

impl<'a> Position<'a> {
    /// The name of the family.
    pub(crate) fn name(self) -> &'a str {
        self.family[self.entry].definition.name()
    }

    /// The unit of the metric as the instrument has it; empty for the resource.
    pub(crate) fn unit(self) -> &'a str {
        self.family[self.entry].metric.map(Metric::unit).unwrap_or_default()
    }

    /// Those of `all` exemplars that series of the metric have, if any has some.
    pub(crate) fn exemplars(
        self,
        metric: &Metric,
        all: &Exemplars,
    ) -> Option<Arc<MetricExemplars>> {
        let Entry { instrumentation, definition, .. } = &self.family[self.entry];
        let is_histogram = definition.kind == Kind::Histogram;
        all.of((*instrumentation)?, metric.name(), metric.unit(), is_histogram)
    }

    /// The properties that all series of the metric share.
    pub(crate) fn surroundings(self, scopes: &[Vec<OwnedLabel>]) -> Surroundings<'_> {
        let Entry { scope, definition, .. } = &self.family[self.entry];
        Surroundings {
            scope: *scope,
            scope_labels: scopes.get(*scope).map(Vec::as_slice).unwrap_or_default(),
            is_histogram: definition.kind == Kind::Histogram,
        }
    }
}
