use std::{
    sync::mpsc,
    thread,
    time::{Duration, SystemTime},
};

use opentelemetry::metrics::{Counter, Gauge, Histogram, Meter, MeterProvider};
use opentelemetry_sdk::metrics::{
    ManualReader, SdkMeterProvider,
    data::{
        AggregatedMetrics, HistogramDataPoint, MetricData, ResourceMetrics, ScopeMetrics,
        SumDataPoint,
    },
    reader::MetricReader,
};

use super::*;
use crate::view::{ShapedMeters, Shapes};

/// A provider, its meters as views shape them, and its reader.
struct Rig {
    provider: SdkMeterProvider,
    meters: ShapedMeters,
    reader: Arc<ManualReader>,
}

/// A reader that is shared.
#[derive(Debug, Clone)]
struct Of(Arc<ManualReader>);

impl MetricReader for Of {
    fn register_pipeline(&self, pipeline: std::sync::Weak<opentelemetry_sdk::metrics::Pipeline>) {
        self.0.register_pipeline(pipeline);
    }
    fn collect(&self, metrics: &mut ResourceMetrics) -> opentelemetry_sdk::error::OTelSdkResult {
        self.0.collect(metrics)
    }
    fn force_flush(&self) -> opentelemetry_sdk::error::OTelSdkResult {
        self.0.force_flush()
    }
    fn shutdown_with_timeout(&self, timeout: Duration) -> opentelemetry_sdk::error::OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }
    fn temporality(
        &self,
        kind: opentelemetry_sdk::metrics::InstrumentKind,
    ) -> opentelemetry_sdk::metrics::Temporality {
        self.0.temporality(kind)
    }
}

impl Rig {
    /// Instruments are made at once if not all who read `are_known`.
    fn new(are_known: bool) -> Self {
        let reader = Arc::new(ManualReader::default());
        let shapes = Shapes::default();
        let provider =
            shapes.attach(SdkMeterProvider::builder()).with_reader(Of(Arc::clone(&reader)));
        let provider = provider.build();
        let meters = ShapedMeters::new(Arc::new(provider.clone()), shapes, None, are_known);
        Self { provider, meters, reader }
    }

    /// Runs `code` while a reading holds the SDK's lock, and fails where that is waited for.
    fn while_read(&self, code: impl FnOnce(Meter) + Send) {
        let (begun, has_begun) = mpsc::channel();
        let (end, is_over) = mpsc::channel::<()>();
        let is_over = Mutex::new(is_over);
        // It is the SDK's own, which it calls while it reads.
        let meter = self.provider.meter("stay");
        let stay = meter.u64_observable_gauge("stay").with_callback(move |_| {
            let _ = begun.send(());
            let _ = is_over.lock().unwrap().recv();
        });
        stay.build();
        let meter = self.meters.meter("test");
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut read = || self.reader.collect(&mut ResourceMetrics::default()).unwrap();
                self.meters.callbacks().read(None, &mut read);
            });
            has_begun.recv_timeout(Duration::from_secs(30)).unwrap();
            let (done, is_done) = mpsc::channel();
            scope.spawn(move || {
                code(meter);
                let _ = done.send(());
            });
            let done = is_done.recv_timeout(Duration::from_secs(30));
            // From now on the callback returns at once.
            drop(end);
            done.expect("it waits for the reading");
        });
    }

    /// The sum of a counter, the observations of a histogram, or how many series of a gauge are at 3.
    fn count(&self, name: &str) -> u64 {
        let mut metrics = ResourceMetrics::default();
        self.meters.callbacks().read(None, &mut || self.reader.collect(&mut metrics).unwrap());
        let all = metrics.scope_metrics().flat_map(ScopeMetrics::metrics);
        let found = all.filter(|metric| metric.name() == name).map(|metric| -> u64 {
            match metric.data() {
                AggregatedMetrics::U64(MetricData::Sum(sum)) => {
                    sum.data_points().map(SumDataPoint::value).sum()
                }
                AggregatedMetrics::I64(MetricData::Sum(sum)) => {
                    sum.data_points().map(|point| point.value().unsigned_abs()).sum()
                }
                AggregatedMetrics::F64(MetricData::Histogram(histogram)) => {
                    histogram.data_points().map(HistogramDataPoint::count).sum()
                }
                AggregatedMetrics::F64(MetricData::Gauge(gauge)) => gauge
                    .data_points()
                    .filter(|point| point.value() > 2.5 && point.value() < 3.5)
                    .count()
                    as u64,
                other => panic!("{other:?}"),
            }
        });
        found.sum()
    }
}

#[test]
fn an_instrument_that_is_made_while_metrics_are_read_waits_for_nobody() {
    [true, false].into_iter().for_each(waits_for_nobody);
}

fn waits_for_nobody(are_known: bool) {
    let rig = Rig::new(are_known);
    let kept = Mutex::new(None);
    rig.while_read(|meter| {
        let counter: Counter<u64> = meter.u64_counter("sold").build();
        let bound = counter.bind(&[KeyValue::new("title", "Emma")]);
        let histogram: Histogram<f64> = meter.f64_histogram("took").build();
        let gauge: Gauge<f64> = meter.f64_gauge("heat").build();
        meter.u64_observable_counter("seen").with_callback(|to| to.observe(9, &[])).build();
        counter.add(1, &[]);
        bound.add(2);
        histogram.record(0.5, &[]);
        gauge.record(7.0, &[]);
        gauge.record(3.0, &[]);
        *kept.lock().unwrap() = Some((counter, bound, histogram));
    });
    let counts = |names: &[&str]| names.iter().map(|name| rig.count(name)).collect::<Vec<_>>();
    assert_eq!(counts(&["sold", "took", "heat", "seen"]), [3, 1, 1, 9]);
    let (counter, bound, histogram) = kept.into_inner().unwrap().unwrap();
    counter.add(10, &[]);
    bound.add(20);
    bound.add(30);
    histogram.record(0.5, &[]);
    assert_eq!(counts(&["sold", "took"]), [63, 2]);
}

#[test]
fn what_is_recorded_while_an_instrument_is_made_is_recorded_once() {
    let rig = Rig::new(false);
    let counter = Mutex::new(None);
    rig.while_read(|meter| *counter.lock().unwrap() = Some(meter.u64_counter("sold").build()));
    let counter: Counter<u64> = counter.into_inner().unwrap().unwrap();
    let late = Arc::new(Late {
        make: Mutex::default(),
        readings: Arc::default(),
        made: OnceLock::new(),
        before: Mutex::default(),
    });
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let attributes = [KeyValue::new("bound", true)];
                let bound = SyncInstrument::bind(&Shared(Arc::clone(&late)), &attributes);
                // Some of them have to wait for room.
                for _ in 0..5_000 {
                    late.record(1, &[]);
                    bound.measure(1);
                }
            });
        }
        scope.spawn(|| {
            while late.before().len() < KEPT {
                thread::yield_now();
            }
            late.settle(counter);
        });
    });
    assert_eq!(rig.count("sold"), 40_000);
}

#[test]
fn an_instrument_is_made_when_it_is_used_if_all_who_read_are_known() {
    for are_known in [true, false] {
        let rig = Rig::new(are_known);
        let meter = rig.meters.meter("test");
        let (mut counter, mut bound) = (None, None);
        let made = allocation_counter::measure(|| {
            counter = Some(meter.u64_counter("sold").build());
            meter
                .i64_observable_up_down_counter("in")
                .with_callback(|to| to.observe(9, &[]))
                .build();
        });
        let kilobytes = made.bytes_current / 1000;
        assert!(if are_known { kilobytes < 4 } else { kilobytes > 200 }, "{kilobytes}");
        let bind = || bound = counter.as_ref().map(|it| it.bind(&[KeyValue::new("title", "Emma")]));
        let used = allocation_counter::measure(bind).bytes_current / 1000;
        assert_eq!(used > 100, are_known, "{used}");
        let counter = counter.unwrap();
        counter.add(1, &[]);
        bound.unwrap().add(2);
        assert_eq!([rig.count("sold"), rig.count("in")], [3, 9], "{are_known}");
    }
}

#[test]
fn a_counter_that_is_only_read_begins_before_it_is_read() {
    let rig = Rig::new(true);
    let meter = rig.meters.meter("test");
    meter.u64_observable_counter("seen").with_callback(|to| to.observe(9, &[])).build();
    let built = SystemTime::now();
    let mut metrics = ResourceMetrics::default();
    rig.meters.callbacks().read(None, &mut || rig.reader.collect(&mut metrics).unwrap());
    let all = metrics.scope_metrics().flat_map(ScopeMetrics::metrics);
    let starts = all.map(|metric| match metric.data() {
        AggregatedMetrics::U64(MetricData::Sum(sum)) => sum.start_time(),
        other => panic!("{other:?}"),
    });
    let starts: Vec<_> = starts.collect();
    assert!(starts.len() == 1 && starts[0] <= built, "{starts:?} {built:?}");
}

/// Makes nothing.
struct Broken;

impl MeterProvider for Broken {
    fn meter_with_scope(&self, _: opentelemetry::InstrumentationScope) -> Meter {
        Meter::new(Arc::new(Self))
    }
}

impl opentelemetry::metrics::InstrumentProvider for Broken {
    fn u64_counter(
        &self,
        _: opentelemetry::metrics::InstrumentBuilder<'_, Counter<u64>>,
    ) -> Counter<u64> {
        panic!("it makes none")
    }
}

#[test]
fn who_uses_an_instrument_that_a_provider_panics_at_goes_on() {
    for are_known in [true, false] {
        let meters = ShapedMeters::new(Arc::new(Broken), Shapes::default(), None, are_known);
        let counter = meters.meter("test").u64_counter("sold").build();
        let bound = counter.bind(&[]);
        // More than are kept for one that is yet to be made.
        for _ in 0..2 * KEPT {
            counter.add(1, &[]);
            bound.add(1);
        }
    }
}

/// Counts in a metric what is told of instruments, as a layer of a subscriber may.
struct Teller(Mutex<Vec<Counter<u64>>>);

impl tracing::Subscriber for Teller {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::Id {
        tracing::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::Id, _: &tracing::Id) {}
    fn event(&self, _: &tracing::Event<'_>) {
        // One that is at it already tells of itself.
        if let Ok(told) = self.0.try_lock() {
            told.iter().for_each(|it| it.add(1, &[]));
        }
    }
    fn enter(&self, _: &tracing::Id) {}
    fn exit(&self, _: &tracing::Id) {}
}

#[test]
fn who_is_told_of_an_instrument_that_is_made_may_record_into_it_and_into_others() {
    let rig = Rig::new(true);
    let meter = rig.meters.meter("test");
    let counters = ["told", "also.told"].map(|name| meter.u64_counter(name).build());
    let [told, _] = &counters;
    let teller = Teller(Mutex::new(counters.to_vec()));
    tracing::subscriber::with_default(teller, || {
        told.add(1, &[]);
        tracing::info!("one more");
    });
    let counts = ["told", "also.told"].map(|name| rig.count(name));
    assert!(counts[0] > counts[1] && counts[1] > 0, "{counts:?}");
}
