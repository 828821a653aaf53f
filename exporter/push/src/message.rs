//! The message that is sent.

use bytes::Bytes;
use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    metrics::v1::{ResourceMetrics as Message, metric::Data},
};
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use prost::Message as _;

use crate::{escort::Escort, exemplars};

/// The bytes of the request, before compression, with exemplars of the `escort` if any are kept.
pub(crate) fn encode(metrics: &ResourceMetrics, escort: Option<&Escort>) -> Bytes {
    let mut request = ExportMetricsServiceRequest::from(metrics);
    if let Some(escort) = escort {
        exemplars::add(&mut request, metrics, escort);
    }
    request.resource_metrics.iter_mut().for_each(forget_extremes_of_nothing);
    request.encode_to_vec().into()
}

/// Nothing has no least and no greatest value; the SDK has a histogram without a value begin with the
/// greatest number there is as its least, and the least as its greatest.
fn forget_extremes_of_nothing(metrics: &mut Message) {
    let scopes = metrics.scope_metrics.iter_mut();
    for metric in scopes.flat_map(|scope| scope.metrics.iter_mut()) {
        match &mut metric.data {
            Some(Data::Histogram(histogram)) => {
                for point in histogram.data_points.iter_mut().filter(|point| point.count == 0) {
                    (point.min, point.max) = (None, None);
                }
            }
            Some(Data::ExponentialHistogram(histogram)) => {
                for point in histogram.data_points.iter_mut().filter(|point| point.count == 0) {
                    (point.min, point.max) = (None, None);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::{KeyValue, metrics::MeterProvider};
    use opentelemetry_sdk::metrics::{
        Aggregation, InMemoryMetricExporter, Instrument, SdkMeterProvider, Stream,
    };

    use super::*;

    /// The extremes of every histogram: one that has a value of 7, and one without any.
    fn extremes(aggregation: Aggregation) -> Vec<(u64, Option<f64>, Option<f64>)> {
        let exporter = InMemoryMetricExporter::default();
        let meters = SdkMeterProvider::builder()
            .with_periodic_exporter(exporter.clone())
            .with_view(move |_: &Instrument| {
                Stream::builder().with_aggregation(aggregation.clone()).build().ok()
            })
            .build();
        let histogram = meters.meter("test").f64_histogram("size").build();
        let bound = ["full", "empty"].map(|one| histogram.bind(&[KeyValue::new("one", one)]));
        bound[0].record(7.0);
        meters.force_flush().unwrap();
        let collected = exporter.get_finished_metrics().unwrap();
        let sent = ExportMetricsServiceRequest::decode(encode(&collected[0], None)).unwrap();
        let mut extremes = Vec::new();
        for metric in &sent.resource_metrics[0].scope_metrics[0].metrics {
            match metric.data.as_ref().unwrap() {
                Data::Histogram(one) => {
                    extremes.extend(one.data_points.iter().map(|p| (p.count, p.min, p.max)));
                }
                Data::ExponentialHistogram(one) => {
                    extremes.extend(one.data_points.iter().map(|p| (p.count, p.min, p.max)));
                }
                other => panic!("{other:?}"),
            }
        }
        extremes.sort_by_key(|(count, ..)| *count);
        extremes
    }

    #[test]
    fn a_histogram_without_a_value_has_no_extremes() {
        let explicit =
            Aggregation::ExplicitBucketHistogram { boundaries: vec![5.0], record_min_max: true };
        let exponential = Aggregation::Base2ExponentialHistogram {
            max_size: 160,
            max_scale: 20,
            record_min_max: true,
        };
        for aggregation in [explicit, exponential] {
            let expected = [(0, None, None), (1, Some(7.0), Some(7.0))];
            assert_eq!(extremes(aggregation), expected);
        }
    }
}
