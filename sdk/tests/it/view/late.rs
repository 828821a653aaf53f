//! Callbacks that do not return in time, or never.

use std::{
    sync::{
        Arc, Condvar, Mutex, Weak,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use axum::{body::Body, http::Request};
use kymo::{
    Telemetry, TelemetryBuilder, View,
    opentelemetry::{KeyValue, metrics::Meter},
    prometheus::{
        Bridge, Registry,
        exposition::{Source, text::TextWriter},
    },
};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    metrics::{
        InstrumentKind, ManualReader, Pipeline, SdkMeterProvider, Temporality,
        data::ResourceMetrics, reader::MetricReader,
    },
};
use tower::ServiceExt;

use super::page::shaped;
use crate::log;

/// Something that callbacks wait for.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }

    fn wait(&self) {
        let closed = |open: &mut bool| !*open;
        drop(self.0.1.wait_while(self.0.0.lock().unwrap(), closed).unwrap());
    }
}

/// It is opened when a test is over, however it ends.
impl Drop for Gate {
    fn drop(&mut self) {
        if Arc::strong_count(&self.0) <= 2 {
            self.open();
        }
    }
}

/// A gauge whose callback waits for the gate, and how often it was called.
fn stuck(meter: &Meter, name: &'static str) -> (Gate, Arc<AtomicUsize>) {
    let (gate, calls) = (Gate::default(), Arc::new(AtomicUsize::new(0)));
    let (wait, called) = (gate.clone(), Arc::clone(&calls));
    let gauge = meter.u64_observable_gauge(name).with_callback(move |gauge| {
        called.fetch_add(1, Ordering::SeqCst);
        wait.wait();
        gauge.observe(1, &[]);
    });
    gauge.build();
    (gate, calls)
}

/// The page of what is there within `millis`.
fn page(bridge: &Bridge, millis: u64) -> String {
    let mut page = Vec::new();
    let mut writer = TextWriter::new(&mut page);
    bridge.collect_by(Instant::now() + Duration::from_millis(millis), &mut writer);
    writer.finish();
    String::from_utf8(page).unwrap()
}

#[test]
fn a_callback_that_does_not_return_costs_its_own_metric_until_it_does() {
    for view in [View::new(), View::new().without_attribute("a")] {
        let shown = shaped(|shop| shop.view("*", view.clone()));
        let bridge = shown.0.bridge().unwrap();
        let meter = shown.meter();
        let (gate, calls) = stuck(&meter, "slow");
        meter.u64_observable_gauge("quick").with_callback(|it| it.observe(2, &[])).build();
        meter.u64_counter("sold").build().add(3, &[]);
        for _ in 0..3 {
            assert_eq!(page(bridge, 700).matches("\nquick 2\n").count(), 1);
            assert!(page(bridge, 700).contains("\nsold_total 3\n"));
            assert!(!page(bridge, 700).contains("\nslow "));
        }
        assert_eq!(calls.load(Ordering::SeqCst), 1, "it is not called again");
        let missed =
            r#"kymo_callback_missed_total{error_type="timeout",kymo_callback_metric="slow"} "#;
        assert!(page(bridge, 700).contains(&format!("\n{missed}9\n")), "{}", page(bridge, 700));
        gate.open();
        let begun = Instant::now();
        while !page(bridge, 700).contains("\nslow 1\n") {
            assert!(begun.elapsed() < Duration::from_secs(10), "it is called again");
        }
    }
}

#[test]
fn whoever_makes_an_instrument_does_not_wait_for_callbacks() {
    let shown = shaped(TelemetryBuilder::prometheus);
    let (_gate, calls) = stuck(&shown.meter(), "slow");
    let bridge = shown.0.bridge().unwrap().clone();
    let scraping = thread::spawn(move || page(&bridge, 20_000));
    while calls.load(Ordering::SeqCst) == 0 {
        thread::yield_now();
    }
    let (done, made) = mpsc::channel();
    let meter = shown.meter();
    thread::spawn(move || {
        meter.u64_counter("new").build().add(1, &[]);
        done.send(()).unwrap();
    });
    made.recv_timeout(Duration::from_secs(10)).expect("it is made meanwhile");
    assert!(!scraping.is_finished(), "or nobody had to wait");
}

#[test]
fn half_of_the_time_is_for_what_follows_a_callback_that_does_not_return() {
    let shown = shaped(TelemetryBuilder::prometheus);
    let meter = shown.meter();
    let (_gate, _) = stuck(&meter, "slow");
    meter.u64_observable_gauge("quick").with_callback(|it| it.observe(2, &[])).build();
    let begun = Instant::now();
    assert!(page(shown.0.bridge().unwrap(), 8_000).contains("\nquick 2\n"));
    let millis = begun.elapsed().as_millis();
    assert!((4_000..6_000).contains(&millis), "{millis} ms");
}

#[test]
fn a_reading_in_a_hurry_beside_a_callback_that_hangs_costs_later_readings_nothing() {
    for hurries in [&[700, 0][..], &[20], &[0], &[700, 20, 0]] {
        let shown = shaped(TelemetryBuilder::prometheus);
        let (bridge, meter) = (shown.0.bridge().unwrap(), shown.meter());
        let (_gate, calls) = stuck(&meter, "slow");
        meter.u64_observable_gauge("quick").with_callback(|it| it.observe(2, &[])).build();
        for millis in hurries {
            page(bridge, *millis);
        }
        for _ in 0..2 {
            let page = page(bridge, 2_000);
            assert!(page.contains("\nquick 2\n"), "{hurries:?}: {page}");
        }
        assert_eq!(calls.load(Ordering::SeqCst), 1);
    }
}

#[test]
fn a_reader_that_gives_up_takes_nothing_from_one_that_still_waits() {
    let shown = shaped(TelemetryBuilder::prometheus);
    let (gate, calls) = stuck(&shown.meter(), "slow");
    let read = |millis| {
        let bridge = shown.0.bridge().unwrap().clone();
        thread::spawn(move || page(&bridge, millis))
    };
    let hurried = read(4_000);
    while calls.load(Ordering::SeqCst) == 0 {
        thread::yield_now();
    }
    // It wants what is observed from now on.
    let patient = read(60_000);
    assert!(!hurried.join().unwrap().contains("\nslow "));
    let begun = Instant::now();
    gate.open();
    assert!(patient.join().unwrap().contains("\nslow 1\n"));
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[test]
fn what_callbacks_observe_is_kept_no_longer_than_it_is_read() {
    let shown = shaped(|shop| shop.view("*", View::new().without_attribute("a")));
    let text: Arc<str> = "a".repeat(1_000).into();
    let observed = Arc::clone(&text);
    let meter = shown.meter();
    let gauge = meter.u64_observable_gauge("depth").with_callback(move |gauge| {
        gauge.observe(1, &[KeyValue::new("a", Arc::clone(&observed))]);
    });
    gauge.build();
    shown.shows("depth", &[("", 1.0)]);
    assert_eq!(Arc::strong_count(&text), 2, "the test and the callback have it");
}

#[cfg(target_os = "linux")]
#[test]
fn whoever_reads_is_not_woken_for_each_callback() {
    let shown = shaped(TelemetryBuilder::prometheus);
    let meter = shown.meter();
    let mut builder = meter.u64_observable_gauge("depth");
    for _ in 0..1_000 {
        builder = builder.with_callback(|it| {
            thread::sleep(Duration::from_micros(200));
            it.observe(1, &[]);
        });
    }
    builder.build();
    let waits = || {
        let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
        let waits = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        waits.unwrap().trim().parse::<u64>().unwrap()
    };
    let before = waits();
    assert!(page(shown.0.bridge().unwrap(), 60_000).contains("\ndepth "));
    let waited = waits() - before;
    assert!(waited < 200, "{waited}");
}

#[test]
fn callbacks_that_never_return_take_so_many_threads_and_no_more() {
    let shown = shaped(TelemetryBuilder::prometheus);
    let (bridge, meter) = (shown.0.bridge().unwrap(), shown.meter());
    let first = meter.u64_observable_gauge("first").with_callback(|it| it.observe(1, &[]));
    first.build();
    let names: Vec<&'static str> = (0..40).map(|n| &*format!("stuck{n}").leak()).collect();
    let stuck: Vec<_> = names.into_iter().map(|name| stuck(&meter, name)).collect();
    meter.u64_counter("sold").build().add(3, &[]);
    let called = || stuck.iter().map(|(_, calls)| calls.load(Ordering::SeqCst)).sum::<usize>();
    // It takes a moment until each has a thread.
    let begun = Instant::now();
    while called() < 16 {
        assert!(page(bridge, 2_000).contains("sold_total 3"));
        assert!(begun.elapsed() < Duration::from_secs(30));
    }
    for _ in 0..5 {
        assert!(page(bridge, 200).contains("sold_total 3"));
    }
    assert_eq!(called(), 16);
    for (gate, _) in &stuck {
        gate.open();
    }
    let begun = Instant::now();
    while page(bridge, 5_000).matches("\nstuck").count() < 40 {
        assert!(begun.elapsed() < Duration::from_secs(20), "all are called again");
    }
    assert!(page(bridge, 5_000).contains("\nfirst 1\n"));
}

#[test]
fn a_callback_that_waits_for_whoever_makes_an_instrument_is_no_deadlock() {
    let shown = shaped(TelemetryBuilder::prometheus);
    let meter = shown.meter();
    let inner = meter.clone();
    let gauge = meter.u64_observable_gauge("depth").with_callback(move |gauge| {
        let meter = inner.clone();
        let made = thread::spawn(move || meter.u64_counter("made").build().add(1, &[]));
        made.join().unwrap();
        gauge.observe(7, &[]);
    });
    gauge.build();
    shown.shows("depth", &[("", 7.0)]);
    shown.shows("made_total", &[("", 2.0)]);
}

#[test]
fn a_callback_that_is_late_is_reported_once_with_the_name_of_its_instrument() {
    log::listen();
    let shown = shaped(TelemetryBuilder::prometheus);
    let (_gate, _) = stuck(&shown.meter(), "shelf.sensor");
    for _ in 0..3 {
        page(shown.0.bridge().unwrap(), 100);
    }
    let log = log::text();
    assert_eq!(log.matches("shelf.sensor has not returned in time").count(), 1, "{log}");
}

#[test]
fn an_injected_provider_is_spared_late_callbacks_too() {
    let bridge = Bridge::builder().registry(Registry::new()).build().unwrap();
    let provider = SdkMeterProvider::builder().with_reader(bridge.reader()).build();
    let telemetry =
        Telemetry::with_meter_provider(provider.clone()).bridge(bridge.clone()).build().unwrap();
    let (_gate, _) = stuck(&telemetry.meter("shop"), "slow");
    telemetry.meter("shop").u64_counter("sold").build().add(3, &[]);
    assert!(page(&bridge, 200).contains("sold_total"));
    // Whoever gathers the registry has no deadline, and does not wait for it either.
    let families = bridge.registry().gather();
    assert!(families.iter().any(|family| family.name() == "sold_total"));
    provider.shutdown().unwrap();
}

#[test]
fn a_reader_of_the_application_waits_a_moment_for_a_callback_and_once() {
    let reader = Arc::new(ManualReader::builder().build());
    let telemetry =
        Telemetry::for_service("shop").reader(Shared(Arc::clone(&reader))).build().unwrap();
    let meter = telemetry.meter("shop");
    let (gate, calls) = stuck(&meter, "slow");
    let quick = meter.u64_observable_gauge("quick");
    quick.with_callback(|it| it.observe(2, &[])).build();
    let names = || {
        let mut metrics = ResourceMetrics::default();
        reader.collect(&mut metrics).unwrap();
        let scopes = metrics.scope_metrics();
        let all = scopes.flat_map(|scope| scope.metrics().map(|it| it.name().to_owned()));
        all.filter(|name| name != "kymo.callback.missed").collect::<Vec<_>>()
    };
    for _ in 0..3 {
        assert_eq!(names(), ["quick"]);
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    gate.open();
    let begun = Instant::now();
    while names() != ["slow", "quick"] {
        assert!(begun.elapsed() < Duration::from_secs(10));
    }
}

#[test]
fn a_reader_of_the_application_has_all_callbacks_run_at_once() {
    let reader = Arc::new(ManualReader::builder().build());
    let telemetry =
        Telemetry::for_service("shop").reader(Shared(Arc::clone(&reader))).build().unwrap();
    let threads = Arc::new(Mutex::new(Vec::new()));
    for name in ["one", "two", "three", "four", "five"] {
        let threads = Arc::clone(&threads);
        let meter = telemetry.meter("shop");
        let gauge = meter.u64_observable_gauge(name);
        gauge
            .with_callback(move |gauge| {
                threads.lock().unwrap().push(thread::current().id());
                gauge.observe(1, &[]);
            })
            .build();
    }
    for _ in 0..3 {
        threads.lock().unwrap().clear();
        reader.collect(&mut ResourceMetrics::default()).unwrap();
        let mut threads = threads.lock().unwrap();
        assert_eq!(threads.len(), 5, "each runs for each reading");
        threads.dedup();
        assert_eq!(threads.len(), 1, "{threads:?}");
    }
}

/// A reader that is read from here too.
#[derive(Debug)]
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

#[tokio::test]
async fn a_scraper_gets_the_rest_within_the_time_that_it_says() {
    let shown = shaped(TelemetryBuilder::prometheus);
    let (_gate, _) = stuck(&shown.meter(), "slow");
    shown.meter().u64_counter("sold").build().add(3, &[]);
    for _ in 0..2 {
        let request = Request::get("/metrics").header("X-Prometheus-Scrape-Timeout-Seconds", "1");
        let scrape = shown.0.endpoint().oneshot(request.body(()).unwrap());
        let response = tokio::time::timeout(Duration::from_secs(10), scrape).await.unwrap();
        let response = response.unwrap();
        assert_eq!(response.status(), 200);
        let body = axum::body::to_bytes(Body::new(response.into_body()), 1 << 20).await.unwrap();
        let page = String::from_utf8(body.to_vec()).unwrap();
        assert!(page.contains("\nsold_total 3\n"), "{page}");
        assert!(!page.contains("\nslow "), "{page}");
    }
}
