//! Native histograms, made of exponential ones.

use kymo_exposition::{NativeBuckets, NativeHistogram, Number};
use opentelemetry_sdk::metrics::data::{ExponentialBucket, ExponentialHistogramDataPoint};

/// Makes native histograms of exponential ones, in memory that it keeps.
///
/// Written from the OpenTelemetry specification, "Prometheus and `OpenMetrics` compatibility", section
/// Exponential Histograms.
#[derive(Debug, Default)]
pub(crate) struct Natives {
    positive: Vec<u64>,
    negative: Vec<u64>,
}

impl Natives {
    /// The native histogram, of a schema that Prometheus may not have: see [`is_known`].
    pub(crate) fn make<T: Copy + Into<Number>>(
        &mut self,
        point: &ExponentialHistogramDataPoint<T>,
    ) -> NativeHistogram<'_> {
        let schema = point.scale().min(FINEST);
        let merges = u32::try_from(point.scale() - schema).unwrap_or_default();
        let positive = downscale(point.positive_bucket(), merges, &mut self.positive);
        let negative = downscale(point.negative_bucket(), merges, &mut self.negative);
        // OTLP has no way to tell a threshold of zero from none.
        let threshold = point.zero_threshold();
        NativeHistogram {
            schema,
            zero_threshold: if threshold == 0.0 { ZERO_THRESHOLD } else { threshold },
            zero_count: point.zero_count(),
            positive: NativeBuckets { offset: positive, counts: &self.positive },
            negative: NativeBuckets { offset: negative, counts: &self.negative },
            sum: point.sum().into(),
            count: u64::try_from(point.count()).unwrap_or(u64::MAX),
            exemplars: &[],
            classic: None,
        }
    }
}

/// Whether Prometheus has the schema of this; what is coarser has a classic form alone.
pub(crate) const fn is_known(native: &NativeHistogram<'_>) -> bool {
    native.schema >= COARSEST
}

/// Merges each 2^`merges` buckets into one, and says which index the first one has in Prometheus.
fn downscale(bucket: &ExponentialBucket, merges: u32, out: &mut Vec<u64>) -> i32 {
    out.clear();
    let first = bucket.offset() >> merges;
    for (count, index) in bucket.counts().zip(bucket.offset()..) {
        let at = usize::try_from((index >> merges) - first).unwrap_or_default();
        if at >= out.len() {
            out.resize(at + 1, 0);
        }
        out[at] = out[at].saturating_add(count);
    }
    // Prometheus counts buckets by their upper bound, OpenTelemetry by their lower one.
    first.saturating_add(1)
}

/// The finest schema of Prometheus; finer scales of OpenTelemetry are merged down to it.
const FINEST: i8 = 8;
/// The coarsest schema of Prometheus; nothing coarser can be a native histogram.
const COARSEST: i8 = -4;
/// The threshold of the zero bucket where OTLP has none: that of Prometheus's own translator.
const ZERO_THRESHOLD: f64 = 1e-128;
