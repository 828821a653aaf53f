//! The fields of the messages, and the numbers of the types.

use crate::Kind;

// MetricFamily
pub(super) const NAME: u8 = 1;
pub(super) const HELP: u8 = 2;
pub(super) const TYPE: u8 = 3;
pub(super) const METRIC: u8 = 4;
pub(super) const UNIT: u8 = 5;
// Metric, and LabelPair and Exemplar, whose labels are first, too
pub(super) const LABEL: u8 = 1;
pub(super) const GAUGE: u8 = 2;
pub(super) const COUNTER: u8 = 3;
pub(super) const SUMMARY: u8 = 4;
pub(super) const UNTYPED: u8 = 5;
pub(super) const TIMESTAMP: u8 = 6;
pub(super) const HISTOGRAM: u8 = 7;
pub(super) const LABEL_NAME: u8 = 1;
pub(super) const LABEL_VALUE: u8 = 2;
pub(super) const EXEMPLAR_VALUE: u8 = 2;
pub(super) const EXEMPLAR_TIMESTAMP: u8 = 3;
// Gauge, Counter and Untyped
pub(super) const VALUE: u8 = 1;
pub(super) const COUNTER_EXEMPLAR: u8 = 2;
pub(super) const COUNTER_CREATED: u8 = 3;
// Summary and Histogram
pub(super) const SAMPLE_COUNT: u8 = 1;
pub(super) const SAMPLE_SUM: u8 = 2;
pub(super) const QUANTILES: u8 = 3;
pub(super) const SUMMARY_CREATED: u8 = 4;
pub(super) const QUANTILE: u8 = 1;
pub(super) const QUANTILE_VALUE: u8 = 2;
pub(super) const BUCKETS: u8 = 3;
pub(super) const SCHEMA: u8 = 5;
pub(super) const ZERO_THRESHOLD: u8 = 6;
pub(super) const ZERO_COUNT: u8 = 7;
pub(super) const NEGATIVE_SPANS: u8 = 9;
pub(super) const NEGATIVE_DELTAS: u8 = 10;
pub(super) const POSITIVE_SPANS: u8 = 12;
pub(super) const POSITIVE_DELTAS: u8 = 13;
pub(super) const HISTOGRAM_CREATED: u8 = 15;
pub(super) const EXEMPLARS: u8 = 16;
// Bucket
pub(super) const CUMULATIVE_COUNT: u8 = 1;
pub(super) const UPPER_BOUND: u8 = 2;
pub(super) const BUCKET_EXEMPLAR: u8 = 3;
// BucketSpan
pub(super) const SPAN_OFFSET: u8 = 1;
pub(super) const SPAN_LENGTH: u8 = 2;

/// The type of a family of this kind.
pub(super) const fn of(kind: Kind) -> u64 {
    match kind {
        Kind::Counter => 0,
        Kind::Gauge | Kind::Info | Kind::StateSet => 1,
        Kind::Summary => 2,
        Kind::Unknown => 3,
        Kind::Histogram => 4,
    }
}
