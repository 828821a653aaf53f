//! The shape of one metric, put together from all of its views.

use kymo_core::ExemplarSlots;
use opentelemetry_sdk::metrics::{Aggregation, Instrument, InstrumentKind, Stream, StreamBuilder};

use super::{BucketKind, Sight, View, bounds::merged};

/// The shape of one metric, put together from all of its views: of each thing, the last word.
#[derive(Debug, Default)]
pub(super) struct Shape(View);

impl Shape {
    /// `view` has a word, after all that had theirs before.
    pub(super) fn hear(&mut self, view: &View) {
        let View { is_on, name, description, buckets, limit, kept, fates, budgets } = view.clone();
        let so_far = &mut self.0;
        so_far.is_on = is_on.or(so_far.is_on);
        so_far.name = name.or(so_far.name.take());
        so_far.description = description.or(so_far.description.take());
        so_far.buckets = buckets.or(so_far.buckets.take());
        so_far.limit = limit.or(so_far.limit);
        so_far.kept = kept.or(so_far.kept.take());
        so_far.fates.extend(fates);
        so_far.budgets.extend(budgets);
    }

    /// Buckets that a view gives have these bounds, too.
    pub(super) fn take_in(&mut self, bounds: &[f64]) {
        if let Some(BucketKind::Explicit(own)) = &mut self.0.buckets {
            *own = merged(own, bounds);
        }
    }

    /// The form in which the metric is seen, if it is.
    pub(super) fn sight(self) -> Option<Sight> {
        (!self.is_off()).then_some(Sight(self.0))
    }

    pub(super) fn is_off(&self) -> bool {
        self.0.is_on == Some(false)
    }

    /// The part about attributes, if there is one.
    pub(super) fn of_attributes(self) -> Option<View> {
        let View { kept, fates, budgets, .. } = &self.0;
        let is_said = kept.is_some() || !fates.is_empty() || !budgets.is_empty();
        is_said.then_some(self.0)
    }

    /// The name of the metric, unless it is that of its instrument.
    pub(super) fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// How many series a view lets it have, if one has a word on it.
    pub(super) fn limit(&self) -> Option<usize> {
        self.0.limit
    }

    /// How the exemplars of an instrument of `kind` are spread, which brings these `bounds`, if any.
    ///
    /// Of gauges they mean nothing to Prometheus, nor do those of up-down counters, which are gauges there.
    pub(super) fn spread(
        &self,
        kind: InstrumentKind,
        bounds: Option<&[f64]>,
    ) -> Option<ExemplarSlots> {
        match (kind, &self.0.buckets) {
            (InstrumentKind::Counter, _) | (InstrumentKind::Histogram, Some(BucketKind::Sum)) => {
                Some(ExemplarSlots::One)
            }
            (InstrumentKind::Histogram, Some(BucketKind::Exponential { .. })) => {
                Some(ExemplarSlots::Powers)
            }
            (InstrumentKind::Histogram, Some(BucketKind::Explicit(bounds))) => {
                Some(ExemplarSlots::Buckets(bounds.as_slice().into()))
            }
            (InstrumentKind::Histogram, None) => {
                Some(ExemplarSlots::Buckets(bounds.unwrap_or(USUAL_BOUNDS).into()))
            }
            _ => None,
        }
    }

    /// The stream that the SDK makes of `instrument`, with `limit` series unless a view has another limit.
    pub(super) fn stream(self, instrument: &Instrument, limit: usize) -> Option<Stream> {
        let limit = self.0.limit.unwrap_or(limit);
        let stream = Stream::builder().with_cardinality_limit(limit);
        let View { name, description, .. } = self.0;
        let stream = name.into_iter().fold(stream, StreamBuilder::with_name);
        let stream = description.into_iter().fold(stream, StreamBuilder::with_description);
        let buckets = self.0.buckets.filter(|_| instrument.kind() == InstrumentKind::Histogram);
        let stream = buckets.into_iter().fold(stream, |stream, buckets| {
            stream.with_aggregation(match buckets {
                BucketKind::Sum => Aggregation::Sum,
                BucketKind::Explicit(boundaries) => {
                    Aggregation::ExplicitBucketHistogram { boundaries, record_min_max: true }
                }
                BucketKind::Exponential { size, scale } => Aggregation::Base2ExponentialHistogram {
                    max_size: size,
                    max_scale: scale,
                    record_min_max: true,
                },
            })
        });
        stream.build().ok()
    }
}

/// The bounds that the SDK gives to a histogram whose instrument has none: those of the specification.
const USUAL_BOUNDS: &[f64] = &[
    0.0, 5.0, 10.0, 25.0, 50.0, 75.0, 100.0, 250.0, 500.0, 750.0, 1000.0, 2500.0, 5000.0, 7500.0,
    10000.0,
];
