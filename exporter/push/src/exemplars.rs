//! The exemplars of a message.

use std::{ops::RangeInclusive, time::UNIX_EPOCH};

use kymo_core::{Exemplar, Exemplars, MetricExemplars, Trace};
use opentelemetry::KeyValue;
use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    metrics::v1::{Exemplar as Message, Metric as MetricMessage, exemplar::Value, metric::Data},
};
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData, ResourceMetrics};

/// Puts `exemplars` into the `request` that was made of `metrics`, those alone that were observed in the time of
/// what they stand for: neither before a delta, nor after the collection.
pub(crate) fn add(
    request: &mut ExportMetricsServiceRequest,
    metrics: &ResourceMetrics,
    exemplars: &Exemplars,
) {
    let messages = request.resource_metrics.iter_mut();
    let messages = messages.flat_map(|message| message.scope_metrics.iter_mut());
    for (message, scoped) in messages.zip(metrics.scope_metrics()) {
        for (message, metric) in message.metrics.iter_mut().zip(scoped.metrics()) {
            let is_histogram =
                matches!(message.data, Some(Data::Histogram(_) | Data::ExponentialHistogram(_)));
            let found = exemplars.of(scoped.scope(), metric.name(), is_histogram);
            let Some(exemplars) = found else { continue };
            match metric.data() {
                AggregatedMetrics::F64(data) => add_to(message, data, &exemplars, Value::AsDouble),
                AggregatedMetrics::U64(data) => add_to(message, data, &exemplars, whole),
                AggregatedMetrics::I64(data) => add_to(message, data, &exemplars, whole),
            }
        }
    }
}

/// Puts `exemplars` into the `message` that was made of `data`.
fn add_to<T>(
    message: &mut MetricMessage,
    data: &MetricData<T>,
    exemplars: &MetricExemplars,
    value: fn(f64) -> Value,
) {
    let find = |attributes: &mut dyn Iterator<Item = &KeyValue>, time: RangeInclusive<u64>| {
        let messages = exemplars.of(attributes).into_iter().map(|one| to_message(&one, value));
        messages.filter(|message| time.contains(&message.time_unix_nano)).collect()
    };
    match (data, &mut message.data) {
        (MetricData::Sum(sum), Some(Data::Sum(message))) if sum.is_monotonic() => {
            for (point, message) in sum.data_points().zip(&mut message.data_points) {
                let time = message.start_time_unix_nano..=message.time_unix_nano;
                message.exemplars = find(&mut point.attributes(), time);
            }
        }
        (MetricData::Histogram(histogram), Some(Data::Histogram(message))) => {
            for (point, message) in histogram.data_points().zip(&mut message.data_points) {
                let time = message.start_time_unix_nano..=message.time_unix_nano;
                message.exemplars = find(&mut point.attributes(), time);
            }
        }
        (
            MetricData::ExponentialHistogram(histogram),
            Some(Data::ExponentialHistogram(message)),
        ) => {
            for (point, message) in histogram.data_points().zip(&mut message.data_points) {
                let time = message.start_time_unix_nano..=message.time_unix_nano;
                message.exemplars = find(&mut point.attributes(), time);
            }
        }
        _ => {}
    }
}

fn to_message(exemplar: &Exemplar, value: fn(f64) -> Value) -> Message {
    let time = exemplar.time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let filtered = exemplar.filtered.iter().flat_map(|attributes| attributes.iter());
    let bytes = |bytes: fn(Trace) -> Vec<u8>| exemplar.trace.map(bytes).unwrap_or_default();
    Message {
        filtered_attributes: filtered.map(Into::into).collect(),
        time_unix_nano: u64::try_from(time.as_nanos()).unwrap_or(u64::MAX),
        span_id: bytes(|trace| trace.span_id().into()),
        trace_id: bytes(|trace| trace.trace_id().into()),
        value: Some(value(exemplar.value)),
    }
}

/// A value that was observed as a whole number.
#[expect(clippy::cast_possible_truncation, reason = "it was an integer when it was observed")]
fn whole(value: f64) -> Value {
    Value::AsInt(value as i64)
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{Arc, Weak},
        thread,
        time::Duration,
    };

    use kymo_core::{ExemplarFilter, ExemplarSlots, Serving};
    use opentelemetry::{InstrumentationScope, metrics::MeterProvider};
    use opentelemetry_sdk::{
        error::OTelSdkResult,
        metrics::{
            InstrumentKind, ManualReader, MeterProviderBuilder, Pipeline, SdkMeterProvider,
            Temporality, reader::MetricReader,
        },
    };

    use super::*;

    const SENT: &[u8] = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    /// A reader that the provider gets, and the test keeps.
    #[derive(Debug, Clone)]
    struct Shared(Arc<ManualReader>);

    impl MetricReader for Shared {
        fn register_pipeline(&self, pipeline: Weak<Pipeline>) {
            self.0.register_pipeline(pipeline);
        }
        fn collect(&self, metrics: &mut ResourceMetrics) -> OTelSdkResult {
            self.0.collect(metrics)
        }
        fn force_flush(&self) -> OTelSdkResult {
            self.0.force_flush()
        }
        fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
            self.0.shutdown_with_timeout(timeout)
        }
        fn temporality(&self, kind: InstrumentKind) -> Temporality {
            self.0.temporality(kind)
        }
    }

    /// All exemplars of the message that `reader` has for its metrics.
    fn sent(reader: &Shared, exemplars: &Exemplars) -> Vec<Message> {
        sent_after(reader, exemplars, || ())
    }

    /// All exemplars of the message, if something happens after the collection.
    fn sent_after(reader: &Shared, exemplars: &Exemplars, happens: impl FnOnce()) -> Vec<Message> {
        let mut metrics = ResourceMetrics::default();
        reader.collect(&mut metrics).unwrap();
        happens();
        let mut request = ExportMetricsServiceRequest::from(&metrics);
        add(&mut request, &metrics, exemplars);
        let metrics = &request.resource_metrics[0].scope_metrics;
        let metrics = metrics.iter().flat_map(|it| &it.metrics);
        let of = |data: &Data| -> Vec<Message> {
            match data {
                Data::Sum(it) => {
                    it.data_points.iter().flat_map(|it| it.exemplars.clone()).collect()
                }
                Data::Histogram(it) => {
                    it.data_points.iter().flat_map(|it| it.exemplars.clone()).collect()
                }
                other => panic!("{other:?}"),
            }
        };
        metrics.flat_map(|it| it.data.as_ref().map(of).unwrap_or_default()).collect()
    }

    #[test]
    fn exemplars_that_are_later_than_their_point_are_not_sent_with_it() {
        let exemplars = Exemplars::new(ExemplarFilter::TraceBased).unwrap();
        let scope = InstrumentationScope::builder("shop").build();
        let sold = exemplars.metric(&scope, "sold", ExemplarSlots::One);
        let spread = ExemplarSlots::Buckets([1.0].into());
        let waited = exemplars.metric(&scope, "waited", spread);
        let reader = ManualReader::builder().with_temporality(Temporality::Delta).build();
        let reader = Shared(Arc::new(reader));
        let meters = SdkMeterProvider::builder().with_reader(reader.clone()).build();
        let meter = meters.meter_with_scope(scope);
        let (count, wait) =
            (meter.u64_counter("sold").build(), meter.f64_histogram("waited").build());
        let _serving = Serving::enter(Trace::of_traceparent(SENT));
        let record = || {
            thread::sleep(Duration::from_millis(2));
            count.add(3, &[]);
            wait.record(7.0, &[]);
            sold.observe(|| 3.0, &[], || []);
            waited.observe(|| 7.0, &[], || []);
        };
        count.add(1, &[]);
        wait.record(0.5, &[]);
        waited.observe(|| 0.5, &[], || []);
        let values = |sent: Vec<Message>| -> Vec<Value> {
            sent.into_iter().filter_map(|one| one.value).collect()
        };
        assert_eq!(values(sent_after(&reader, &exemplars, record)), [Value::AsDouble(0.5)]);
        // They come with the delta that has counted them, and with that alone.
        let next = values(sent(&reader, &exemplars));
        assert!(next.contains(&Value::AsInt(3)) && next.contains(&Value::AsDouble(7.0)));
        assert_eq!(next.len(), 2, "{next:?}");
    }

    #[test]
    fn exemplars_are_sent_with_their_points_and_those_of_earlier_deltas_are_not() {
        let exemplars = Exemplars::new(ExemplarFilter::TraceBased).unwrap();
        let scope = InstrumentationScope::builder("shop").build();
        let sold = exemplars.metric(&scope, "sold", ExemplarSlots::One);
        let spread = ExemplarSlots::Buckets([1.0].into());
        let waited = exemplars.metric(&scope, "waited", spread);
        let readers = [Temporality::Cumulative, Temporality::Delta].map(|temporality| {
            Shared(Arc::new(ManualReader::builder().with_temporality(temporality).build()))
        });
        let meters = readers.iter().cloned();
        let meters = meters.fold(SdkMeterProvider::builder(), MeterProviderBuilder::with_reader);
        let meters = meters.build();
        let meter = meters.meter_with_scope(scope);
        let genre = [KeyValue::new("genre", "crime")];
        let (count, wait) =
            (meter.u64_counter("sold").build(), meter.f64_histogram("waited").build());
        let client = KeyValue::new("client", "7");
        let record = || {
            count.add(3, &genre);
            wait.record(0.5, &[]);
        };
        record();
        let _serving = Serving::enter(Trace::of_traceparent(SENT));
        sold.observe(|| 3.0, &genre, || [&client]);
        waited.observe(|| 0.5, &[], || []);
        let [cumulative, delta] = readers;
        for reader in [&cumulative, &delta] {
            let sent = sent(reader, &exemplars);
            assert_eq!(sent.len(), 2, "{sent:?}");
            for one in &sent {
                assert_eq!(one.trace_id[..2], [0x4b, 0xf9]);
                assert_eq!(one.span_id, [0, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 2, 0xb7]);
            }
            let values: Vec<_> = sent.iter().map(|one| one.value.unwrap()).collect();
            assert!(values.contains(&Value::AsInt(3)) && values.contains(&Value::AsDouble(0.5)));
            let filtered = sent.iter().flat_map(|one| &one.filtered_attributes);
            assert_eq!(filtered.map(|it| it.key.as_str()).collect::<Vec<_>>(), ["client"]);
        }
        thread::sleep(Duration::from_millis(2));
        record();
        assert_eq!(sent(&cumulative, &exemplars).len(), 2);
        record();
        assert_eq!(sent(&delta, &exemplars).len(), 0, "they are of the time before");
    }
}
