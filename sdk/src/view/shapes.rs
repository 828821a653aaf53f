//! Every view there is.

use std::{collections::BTreeMap, sync::Arc};

use opentelemetry::KeyValue;
use opentelemetry_sdk::metrics::{Instrument, InstrumentKind, MeterProviderBuilder};

use super::{
    View,
    lengths::{self, Lengths},
    limit,
    pattern::Pattern,
    shape::Shape,
};

/// The views and the common attributes of a telemetry; without any, everything stays as it is but
/// for the default limits.
#[derive(Debug, Clone)]
pub(crate) struct Shapes(Arc<All>);

#[derive(Debug)]
struct All {
    views: Vec<(Pattern, View)>,
    common: Vec<KeyValue>,
    /// The limits of metrics of which no view has one, by the type of the instrument.
    limits: BTreeMap<&'static str, usize>,
    lengths: Lengths,
}

impl Default for Shapes {
    fn default() -> Self {
        Self::new(Vec::new(), Vec::new(), BTreeMap::new(), lengths::LONGEST)
    }
}

impl Shapes {
    pub(super) fn new(
        views: Vec<(Pattern, View)>,
        common: Vec<KeyValue>,
        limits: BTreeMap<&'static str, usize>,
        longest: usize,
    ) -> Self {
        Self(Arc::new(All { views, common, limits, lengths: Lengths::new(longest) }))
    }

    /// Lets the SDK do what it can do by itself: buckets and limits.
    ///
    /// One view for all: for several that match, the SDK would make several metrics of one name.
    pub(crate) fn attach(&self, provider: MeterProviderBuilder) -> MeterProviderBuilder {
        let shapes = self.clone();
        provider.with_view(move |instrument: &Instrument| {
            let limit = shapes.limit(instrument.kind()).unwrap_or_else(|| limit::of(instrument));
            shapes.of(instrument.name()).stream(instrument, limit)
        })
    }

    /// Puts together all views of the metric `name`.
    pub(super) fn of(&self, name: &str) -> Shape {
        let mut shape = Shape::default();
        let views = self.0.views.iter().filter(|(pattern, _)| pattern.matches(name));
        views.for_each(|(_, view)| shape.hear(view));
        shape
    }

    /// The limit that a configuration file sets for every instrument of `kind`.
    fn limit(&self, kind: InstrumentKind) -> Option<usize> {
        let kind = match kind {
            InstrumentKind::Counter => "counter",
            InstrumentKind::UpDownCounter => "up_down_counter",
            InstrumentKind::Histogram => "histogram",
            InstrumentKind::Gauge => "gauge",
            InstrumentKind::ObservableCounter => "observable_counter",
            InstrumentKind::ObservableUpDownCounter => "observable_up_down_counter",
            InstrumentKind::ObservableGauge => "observable_gauge",
        };
        let limits = &self.0.limits;
        limits.get(kind).or_else(|| limits.get("default")).copied()
    }

    /// How long the values of attributes may be.
    pub(super) fn lengths(&self) -> &Lengths {
        &self.0.lengths
    }

    /// The attributes of every measurement, in the order of their keys.
    pub(super) fn common(&self) -> &[KeyValue] {
        &self.0.common
    }
}
