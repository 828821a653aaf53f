//! Everything that was recorded until a moment.

use crate::{
    attributes::Attributes,
    explanation,
    metric::{Kind, Metric},
    selection::{Distributions, Numbers, Selection},
};

/// Everything that was recorded until a moment, by OpenTelemetry names.
///
/// An instrument that recorded nothing is not in it.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Snapshot {
    /// The resource: the service's attributes of itself.
    pub resource: Attributes,
    /// Every metric that has data, sorted by name and scope.
    pub metrics: Vec<Metric>,
}

impl Snapshot {
    /// The series of the counter `name`, to be narrowed down and asserted on.
    pub fn counter(&self, name: &str) -> Selection<'_, Numbers> {
        Selection::new(self, name, &[Kind::Counter])
    }

    /// The series of the up-down counter `name`, to be narrowed down and asserted on.
    pub fn up_down_counter(&self, name: &str) -> Selection<'_, Numbers> {
        Selection::new(self, name, &[Kind::UpDownCounter])
    }

    /// The series of the gauge `name`, to be narrowed down and asserted on.
    ///
    /// Readings do not add up: an assertion on the value of a gauge needs one series and not more.
    pub fn gauge(&self, name: &str) -> Selection<'_, Numbers> {
        Selection::new(self, name, &[Kind::Gauge])
    }

    /// The series of the histogram `name`, with given or exponential buckets, to be narrowed down
    /// and asserted on.
    pub fn histogram(&self, name: &str) -> Selection<'_, Distributions> {
        Selection::new(self, name, &[Kind::Histogram, Kind::ExponentialHistogram])
    }

    /// The metrics called `name`: more than one if several scopes record it.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &Metric> {
        self.metrics.iter().filter(move |metric| metric.name == name)
    }

    /// Nothing was recorded of a metric called `name`, with whatever attributes.
    ///
    /// A name that was never heard of is absent too: spell it by the constant that declares it.
    ///
    /// # Panics
    ///
    /// When something was; the message lists it.
    #[track_caller]
    pub fn assert_absent(&self, name: &str) {
        assert!(self.named(name).next().is_none(), "{}", explanation::present(self, name));
    }

    pub(crate) fn sorted(resource: Attributes, mut metrics: Vec<Metric>) -> Self {
        for metric in &mut metrics {
            metric.series.sort_by_cached_key(|series| series.attributes.to_string());
        }
        metrics.sort_by_cached_key(|metric| {
            (metric.name.clone(), metric.scope.to_string(), metric.kind, metric.unit.clone())
        });
        Self { resource, metrics }
    }
}
