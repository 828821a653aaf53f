//! Every view there is.

use std::{collections::BTreeMap, sync::Arc};

use kymo_core::{MetricKind, MetricSpec};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_sdk::metrics::{Instrument, InstrumentKind, MeterProviderBuilder};

use super::{
    Sight, View,
    bounds::merged,
    kind,
    lengths::{self, Lengths},
    limit,
    selector::{Selection, Subject},
    shape::Shape,
    twin::Twin,
};
use crate::configuration::meters::Meters;

/// The views and the common attributes of a telemetry; without any, everything stays as it is but
/// for the default limits.
#[derive(Debug, Clone)]
pub(crate) struct Shapes(Arc<All>);

#[derive(Debug)]
struct All {
    views: Vec<(Selection, View)>,
    meters: Meters,
    common: Vec<KeyValue>,
    /// The limits of metrics of which no view has one, by the type of the instrument.
    limits: BTreeMap<&'static str, usize>,
    lengths: Lengths,
    twins: &'static [Twin],
    /// Bounds that a histogram has beside its own, by its name.
    bounds: BTreeMap<&'static str, Vec<f64>>,
}

impl Default for Shapes {
    fn default() -> Self {
        let (views, common, limits) = (Vec::new(), Vec::new(), BTreeMap::new());
        Self::new(views, Meters::default(), common, limits, lengths::LONGEST, &[])
    }
}

impl Shapes {
    pub(super) fn new(
        views: Vec<(Selection, View)>,
        meters: Meters,
        common: Vec<KeyValue>,
        limits: BTreeMap<&'static str, usize>,
        longest: usize,
        twins: &'static [Twin],
    ) -> Self {
        let (lengths, bounds) = (Lengths::new(longest), BTreeMap::new());
        Self(Arc::new(All { views, meters, common, limits, lengths, twins, bounds }))
    }

    /// The same, where some histograms have more bounds than their own.
    pub(super) fn with_bounds(mut self, bounds: BTreeMap<&'static str, Vec<f64>>) -> Self {
        if let Some(all) = Arc::get_mut(&mut self.0) {
            all.bounds = bounds;
        }
        self
    }

    /// Lets the SDK do what it can do by itself: buckets and limits.
    ///
    /// One view for all: for several that match, the SDK would make several metrics of one name.
    pub(crate) fn attach(&self, provider: MeterProviderBuilder) -> MeterProviderBuilder {
        let shapes = self.clone();
        provider.with_view(move |instrument: &Instrument| {
            let subject = Subject {
                name: instrument.name(),
                kind: instrument.kind(),
                unit: instrument.unit(),
                scope: instrument.scope(),
            };
            let limit = shapes.usual_limit(subject);
            shapes.of(subject).stream(instrument, limit)
        })
    }

    /// Whether `meter` measures.
    pub(super) fn measures(&self, meter: &str) -> bool {
        self.0.meters.measures(meter)
    }

    /// Puts together all views of `subject`.
    pub(super) fn of(&self, subject: Subject<'_>) -> Shape {
        let mut shape = Shape::default();
        let views = self.0.views.iter().filter(|(selection, _)| selection.matches(subject));
        views.for_each(|(_, view)| shape.hear(view));
        if let Some(bounds) = self.0.bounds.get(subject.name) {
            shape.take_in(bounds);
        }
        shape
    }

    /// How many series the metric of this instrument may have.
    #[allow(dead_code, reason = "used by the feature `metrics`")]
    pub(crate) fn room(
        &self,
        name: &str,
        kind: InstrumentKind,
        unit: &str,
        scope: &InstrumentationScope,
    ) -> usize {
        let subject = Subject { name, kind, unit, scope };
        self.series(subject, &self.of(subject))
    }

    /// The form in which a metric of ours is seen, if it is.
    #[allow(dead_code, reason = "used by the features")]
    pub(crate) fn sight(&self, spec: &MetricSpec, scope: &InstrumentationScope) -> Option<Sight> {
        let kind = match spec.kind {
            MetricKind::Counter => InstrumentKind::Counter,
            MetricKind::UpDownCounter => InstrumentKind::UpDownCounter,
            MetricKind::Gauge => InstrumentKind::Gauge,
            MetricKind::Histogram { .. } => InstrumentKind::Histogram,
        };
        let subject = Subject { name: spec.name, kind, unit: spec.unit, scope };
        self.of(subject).sight().filter(|_| self.measures(scope.name()))
    }

    /// The bounds of the histogram `name`, whose instrument brings `own`.
    pub(super) fn bounds(&self, name: &str, own: Option<Vec<f64>>) -> Option<Vec<f64>> {
        let Some(more) = self.0.bounds.get(name) else { return own };
        own.map(|own| merged(&own, more))
    }

    /// How many series the metric of `subject` may have, whose shape is this.
    pub(super) fn series(&self, subject: Subject<'_>, shape: &Shape) -> usize {
        shape.limit().unwrap_or_else(|| self.usual_limit(subject))
    }

    /// The limit of `subject` where no view has one.
    fn usual_limit(&self, subject: Subject<'_>) -> usize {
        let Subject { name, kind, scope, .. } = subject;
        self.limit(kind).unwrap_or_else(|| limit::of(scope.name(), name))
    }

    /// The limit that a configuration file sets for every instrument of `kind`.
    fn limit(&self, kind: InstrumentKind) -> Option<usize> {
        let limits = &self.0.limits;
        limits.get(kind::word(kind)).or_else(|| limits.get("default")).copied()
    }

    /// The metrics that are recorded beside others.
    pub(super) fn twins(&self) -> impl Iterator<Item = &'static Twin> {
        self.0.twins.iter()
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
