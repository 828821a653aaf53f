use std::{
    sync::{Arc, Weak},
    thread,
    time::{Duration, SystemTime},
};

use kymo_core::{ExemplarFilter, ExemplarSlots, Exemplars, Serving};
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
fn sent(reader: &Shared, escort: &Escort) -> Vec<Message> {
    sent_after(reader, escort, || ())
}

/// All exemplars of the message, if something happens after the collection.
fn sent_after(reader: &Shared, escort: &Escort, happens: impl FnOnce()) -> Vec<Message> {
    let mut metrics = ResourceMetrics::default();
    reader.collect(&mut metrics).unwrap();
    happens();
    let mut request = ExportMetricsServiceRequest::from(&metrics);
    add(&mut request, &metrics, escort);
    let metrics = &request.resource_metrics[0].scope_metrics;
    let metrics = metrics.iter().flat_map(|it| &it.metrics);
    let of = |data: &Data| -> Vec<Message> {
        match data {
            Data::Sum(it) => it.data_points.iter().flat_map(|it| it.exemplars.clone()).collect(),
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
    let escort = Escort::new(Exemplars::new(ExemplarFilter::TraceBased).unwrap());
    let exemplars = &escort.kept;
    let scope = InstrumentationScope::builder("shop").build();
    let sold = exemplars.metric(&scope, "sold", "", ExemplarSlots::One);
    let spread = ExemplarSlots::Buckets([1.0].into());
    let waited = exemplars.metric(&scope, "waited", "", spread);
    let reader = ManualReader::builder().with_temporality(Temporality::Delta).build();
    let reader = Shared(Arc::new(reader));
    let meters = SdkMeterProvider::builder().with_reader(reader.clone()).build();
    let meter = meters.meter_with_scope(scope);
    let (count, wait) = (meter.u64_counter("sold").build(), meter.f64_histogram("waited").build());
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
    assert_eq!(values(sent_after(&reader, &escort, record)), [Value::AsDouble(0.5)]);
    // They come with the delta that has counted them, and with that alone.
    let next = values(sent(&reader, &escort));
    assert!(next.contains(&Value::AsInt(3)) && next.contains(&Value::AsDouble(7.0)));
    assert_eq!(next.len(), 2, "{next:?}");
}

#[test]
fn exemplars_are_sent_with_their_points_and_those_of_earlier_deltas_are_not() {
    let escort = Escort::new(Exemplars::new(ExemplarFilter::TraceBased).unwrap());
    let exemplars = &escort.kept;
    let scope = InstrumentationScope::builder("shop").build();
    let sold = exemplars.metric(&scope, "sold", "", ExemplarSlots::One);
    let spread = ExemplarSlots::Buckets([1.0].into());
    let waited = exemplars.metric(&scope, "waited", "", spread);
    let readers = [Temporality::Cumulative, Temporality::Delta].map(|temporality| {
        Shared(Arc::new(ManualReader::builder().with_temporality(temporality).build()))
    });
    let meters = readers.iter().cloned();
    let meters = meters.fold(SdkMeterProvider::builder(), MeterProviderBuilder::with_reader);
    let meters = meters.build();
    let meter = meters.meter_with_scope(scope);
    let genre = [KeyValue::new("genre", "crime")];
    let (count, wait) = (meter.u64_counter("sold").build(), meter.f64_histogram("waited").build());
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
        let sent = sent(reader, &escort);
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
    assert_eq!(sent(&cumulative, &escort).len(), 2);
    record();
    assert_eq!(sent(&delta, &escort).len(), 0, "they are of the time before");
}

/// A shop that sells and waits, in buckets with these bounds, with a reader of this temporality.
struct Shop {
    escort: Escort,
    reader: Shared,
    meters: SdkMeterProvider,
    sold: Arc<MetricExemplars>,
    waited: Arc<MetricExemplars>,
}

impl Shop {
    fn new(temporality: Temporality) -> Self {
        let escort = Escort::new(Exemplars::new(ExemplarFilter::TraceBased).unwrap());
        let scope = InstrumentationScope::builder("shop").build();
        let sold = escort.kept.metric(&scope, "sold", "", ExemplarSlots::One);
        let spread = ExemplarSlots::Buckets([1.0].into());
        let waited = escort.kept.metric(&scope, "waited", "s", spread);
        let reader = ManualReader::builder().with_temporality(temporality).build();
        let reader = Shared(Arc::new(reader));
        let meters = SdkMeterProvider::builder().with_reader(reader.clone()).build();
        Self { escort, reader, meters, sold, waited }
    }

    /// Sells so many and waits so long for `genre`, in a trace.
    fn trade(&self, count: u64, wait: f64, genre: i64) {
        thread::sleep(Duration::from_millis(1));
        let meter = self.meters.meter("shop");
        let genre = [KeyValue::new("genre", genre)];
        let _serving = Serving::enter(Trace::of_traceparent(SENT));
        meter.u64_counter("sold").build().add(count, &genre);
        self.sold.observe(|| count as f64, &genre, || []);
        meter.f64_histogram("waited").with_unit("s").build().record(wait, &genre);
        self.waited.observe(|| wait, &genre, || []);
    }

    fn push(&self) -> Vec<Value> {
        let sent = sent(&self.reader, &self.escort);
        let mut values: Vec<_> = sent.into_iter().filter_map(|one| one.value).collect();
        values.sort_by_key(|value| matches!(value, Value::AsDouble(_)));
        values
    }
}

#[test]
fn each_delta_has_exemplars_of_its_own_however_slow_were_those_before() {
    let shop = Shop::new(Temporality::Delta);
    for (count, wait) in [(3, 0.9), (2, 0.5), (1, 0.1)] {
        shop.trade(count, wait, 1);
        shop.trade(count, wait / 2.0, 1);
        let expected = [Value::AsInt(i64::try_from(count).unwrap()), Value::AsDouble(wait)];
        assert_eq!(shop.push(), expected, "the slowest of its own");
    }
    assert_eq!(shop.push(), []);
}

#[test]
fn what_has_arrived_goes_with_no_later_push_and_what_has_not_goes_again() {
    let shop = Shop::new(Temporality::Cumulative);
    let first = [Value::AsInt(3), Value::AsDouble(0.5)];
    shop.trade(3, 0.5, 1);
    assert_eq!(shop.push(), first);
    assert_eq!(shop.push(), first, "as far as anybody knows, it has not arrived");
    shop.escort.arrive(SystemTime::now());
    assert_eq!(shop.push(), []);
    shop.trade(4, 7.0, 1);
    let second = [Value::AsInt(4), Value::AsDouble(7.0)];
    assert_eq!(shop.push(), second);
    // A clock that was set back costs none.
    shop.escort.arrive(SystemTime::now() + Duration::from_secs(3600));
    assert_eq!(shop.push(), [Value::AsInt(4), Value::AsDouble(0.5), Value::AsDouble(7.0)]);
}

#[test]
fn the_exemplars_of_a_push_have_a_mebibyte_and_no_more() {
    let shop = Shop::new(Temporality::Cumulative);
    let meter = shop.meters.meter("shop");
    let sold = meter.u64_counter("sold").build();
    let long = KeyValue::new("client", "x".repeat(200));
    let _serving = Serving::enter(Trace::of_traceparent(SENT));
    for kind in 0..8 {
        let name = format!("sold.{kind}");
        let scope = InstrumentationScope::builder("shop").build();
        let exemplars = shop.escort.kept.metric(&scope, &name, "", ExemplarSlots::One);
        let sold = meter.u64_counter(name).build();
        for genre in 0..1900 {
            let genre = [KeyValue::new("genre", genre)];
            sold.add(1, &genre);
            exemplars.observe(|| 1.0, &genre, || [&long]);
        }
    }
    sold.add(1, &[]);
    let sent = sent(&shop.reader, &shop.escort);
    let bytes: usize = sent.iter().map(|one| one.encoded_len() + AROUND).sum();
    assert!(bytes <= 1 << 20 && bytes > (1 << 20) - 400, "{bytes}");
    assert!(sent.len() < 8 * 1900, "{}", sent.len());
}

#[test]
fn a_whole_number_that_no_float_has_kept_is_none() {
    let sold = |count: u64| {
        let shop = Shop::new(Temporality::Cumulative);
        shop.trade(count, 0.5, 1);
        shop.push()[0]
    };
    assert_eq!(sold(7), Value::AsInt(7));
    assert_eq!(sold((1 << 53) - 1), Value::AsInt((1 << 53) - 1));
    assert_eq!(sold((1 << 53) + 1), Value::AsDouble(9_007_199_254_740_992.0));
    assert_eq!(sold(u64::MAX), Value::AsDouble(18_446_744_073_709_551_616.0));
}
