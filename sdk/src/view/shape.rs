//! The shape of one metric, put together from all of its views.

use opentelemetry_sdk::metrics::{Aggregation, Instrument, InstrumentKind, Stream};

use super::{BucketKind, View};

/// The shape of one metric, put together from all of its views: of each thing, the last word.
#[derive(Debug, Default)]
pub(super) struct Shape(View);

impl Shape {
    /// `view` has a word, after all that had theirs before.
    pub(super) fn hear(&mut self, view: &View) {
        let View { is_on, buckets, limit, kept, fates, budgets } = view.clone();
        let so_far = &mut self.0;
        so_far.is_on = is_on.or(so_far.is_on);
        so_far.buckets = buckets.or(so_far.buckets.take());
        so_far.limit = limit.or(so_far.limit);
        so_far.kept = kept.or(so_far.kept.take());
        so_far.fates.extend(fates);
        so_far.budgets.extend(budgets);
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

    /// The stream that the SDK makes of `instrument`, with `limit` series unless a view has another limit.
    pub(super) fn stream(self, instrument: &Instrument, limit: usize) -> Option<Stream> {
        let limit = self.0.limit.unwrap_or(limit);
        let stream = Stream::builder().with_cardinality_limit(limit);
        let buckets = self.0.buckets.filter(|_| instrument.kind() == InstrumentKind::Histogram);
        let stream = buckets.into_iter().fold(stream, |stream, buckets| {
            stream.with_aggregation(match buckets {
                BucketKind::Explicit(boundaries) => {
                    Aggregation::ExplicitBucketHistogram { boundaries, record_min_max: true }
                }
                // The defaults of the specification.
                BucketKind::Exponential => Aggregation::Base2ExponentialHistogram {
                    max_size: 160,
                    max_scale: 20,
                    record_min_max: true,
                },
            })
        });
        stream.build().ok()
    }
}
