//! One metric, as far as others rely on it.

use std::collections::BTreeSet;

use kymo_testing::{Buckets, Kind, Metric, Reading};

/// One metric, as far as others rely on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Promise {
    /// The OpenTelemetry name.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) unit: String,
    /// The name of its family where it is scraped.
    pub(crate) family: String,
    /// The keys that it may carry.
    pub(crate) attributes: BTreeSet<String>,
    /// The upper bounds of its buckets, as they are written; sets of them that several instruments have.
    pub(crate) buckets: BTreeSet<String>,
}

impl Promise {
    /// The promises with which one is told from others.
    pub(crate) fn key(&self) -> (&str, Kind, &str) {
        (&self.name, self.kind, &self.unit)
    }

    /// Whether it could be the other one by a new name.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        (self.kind, &self.unit, &self.attributes) == (other.kind, &other.unit, &other.attributes)
    }

    /// Takes in what another instrument of the same metric does.
    pub(crate) fn join(&mut self, other: Self) {
        self.attributes.extend(other.attributes);
        self.buckets.extend(other.buckets);
    }

    /// With its article, such as `a counter in {book}`.
    pub(crate) fn shown(&self) -> String {
        let article = match self.kind {
            Kind::UpDownCounter | Kind::ExponentialHistogram => "an",
            _ => "a",
        };
        let unit = if self.unit.is_empty() { "no unit" } else { &self.unit };
        format!("{article} {} in {unit}", self.kind)
    }
}

/// The keys of the attributes that a metric was recorded with.
pub(crate) fn attributes(metric: &Metric) -> BTreeSet<String> {
    let all = metric.series.iter().flat_map(|series| series.attributes.iter());
    all.map(|(key, _)| key.to_owned()).collect()
}

/// The bounds of the buckets that a metric was recorded in, each set of them on a line of its own.
pub(crate) fn buckets(metric: &Metric) -> BTreeSet<String> {
    let histograms = metric.series.iter().filter_map(|series| match &series.reading {
        Reading::Histogram(histogram) => Some(&histogram.buckets),
        Reading::Number(_) => None,
    });
    let explicit = histograms.filter_map(|buckets| match buckets {
        Buckets::Explicit(buckets) => Some(bounds(buckets.iter().map(|bucket| bucket.upper))),
        _ => None,
    });
    explicit.filter(|bounds| !bounds.is_empty()).collect()
}

/// Bounds as they are written.
pub(crate) fn bounds(bounds: impl Iterator<Item = f64>) -> String {
    let finite = bounds.filter(|bound| bound.is_finite());
    finite.map(|bound| bound.to_string()).collect::<Vec<_>>().join(" ")
}
