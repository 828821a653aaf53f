//! Readers of the application's own, at a flush and at the end.

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use kymo::Telemetry;
use opentelemetry_sdk::{
    error::OTelSdkResult,
    metrics::{
        InstrumentKind, ManualReader, Pipeline, Temporality, data::ResourceMetrics,
        reader::MetricReader,
    },
};

/// Counts what it is asked for, and takes its time.
#[derive(Debug, Clone, Default)]
struct Asked {
    flushes: Arc<AtomicU32>,
    shutdowns: Arc<AtomicU32>,
    takes: Duration,
    panics: bool,
    inner: Arc<ManualReader>,
}

impl MetricReader for Asked {
    fn register_pipeline(&self, pipeline: Weak<Pipeline>) {
        self.inner.register_pipeline(pipeline);
    }
    fn collect(&self, metrics: &mut ResourceMetrics) -> OTelSdkResult {
        self.inner.collect(metrics)
    }
    fn force_flush(&self) -> OTelSdkResult {
        self.flushes.fetch_add(1, Ordering::SeqCst);
        assert!(!self.panics, "on purpose");
        thread::sleep(self.takes);
        Ok(())
    }
    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        self.shutdowns.fetch_add(1, Ordering::SeqCst);
        assert!(!self.panics, "on purpose");
        thread::sleep(self.takes);
        Ok(())
    }
    fn temporality(&self, _: InstrumentKind) -> Temporality {
        Temporality::Cumulative
    }
}

impl Asked {
    fn times(&self) -> [u32; 2] {
        [&self.flushes, &self.shutdowns].map(|times| times.load(Ordering::SeqCst))
    }
}

#[tokio::test]
async fn a_reader_of_the_application_is_flushed_and_is_shut_down_once() {
    let asked = [(); 2].map(|()| Asked::default());
    let builder = Telemetry::for_service("shop");
    let builder = asked.iter().cloned().fold(builder, kymo::TelemetryBuilder::reader);
    let telemetry = builder.build().unwrap();
    let second = Duration::from_secs(1);
    telemetry.flush(second).await.unwrap();
    telemetry.flush_blocking(second).unwrap();
    telemetry.shutdown(second).await.unwrap();
    telemetry.shutdown_blocking(second).unwrap();
    drop(telemetry);
    assert_eq!(asked.map(|reader| reader.times()), [[2, 1]; 2]);
}

#[tokio::test]
async fn a_reader_that_hangs_is_waited_for_no_longer_than_the_time_out() {
    let asked = Asked { takes: Duration::from_secs(60), ..Asked::default() };
    let telemetry = Telemetry::for_service("shop").reader(asked.clone()).build().unwrap();
    let (begun, short) = (Instant::now(), Duration::from_millis(50));
    let flushed = telemetry.flush(short).await.unwrap_err();
    assert!(flushed.is_timeout() && flushed.to_string().contains("50ms"), "{flushed}");
    for _ in 0..5 {
        // It is not asked again, so that no threads pile up.
        telemetry.flush_blocking(short).unwrap_err();
    }
    telemetry.shutdown(short).await.unwrap_err();
    // Other tasks of this one thread ran meanwhile, or the time-outs could not have passed.
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert_eq!(asked.times(), [1, 1]);
}

#[tokio::test]
async fn a_reader_that_panics_takes_nothing_from_the_next_one() {
    let asked = [true, false].map(|panics| Asked { panics, ..Asked::default() });
    let builder = Telemetry::for_service("shop");
    let builder = asked.iter().cloned().fold(builder, kymo::TelemetryBuilder::reader);
    let telemetry = builder.build().unwrap();
    let second = Duration::from_secs(1);
    for _ in 0..2 {
        let failed = telemetry.flush(second).await.unwrap_err();
        assert!(failed.to_string().contains("panicked") && !failed.is_timeout(), "{failed}");
    }
    telemetry.shutdown(second).await.unwrap_err();
    assert_eq!(asked.map(|reader| reader.times()), [[2, 1]; 2]);
}

#[tokio::test]
async fn dropping_waits_for_no_reader_and_lets_it_read_the_last_numbers() {
    let asked = Asked { takes: Duration::from_secs(2), ..Asked::default() };
    let telemetry = Telemetry::for_service("shop").reader(asked.clone()).build().unwrap();
    telemetry.meter("shop").u64_counter("sold").build().add(1, &[]);
    let begun = Instant::now();
    drop(telemetry);
    assert!(begun.elapsed() < asked.takes, "{:?}", begun.elapsed());
    let ended = || asked.times() == [0, 1];
    while !ended() {
        assert!(begun.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let mut metrics = ResourceMetrics::default();
    asked.collect(&mut metrics).unwrap();
    assert_eq!(metrics.scope_metrics().count(), 1);
}

#[test]
fn everything_that_failed_is_named() {
    let asked = Asked { takes: Duration::from_secs(60), ..Asked::default() };
    let otlp = kymo::otlp::Otlp::new().endpoint("http://127.0.0.1:1");
    let builder = Telemetry::for_service("shop").environment::<&str, &str>([]);
    let telemetry = builder.otlp_with(otlp).reader(asked).build().unwrap();
    telemetry.meter("shop").u64_counter("sold").build().add(1, &[]);
    let failed = telemetry.flush_blocking(Duration::from_millis(300)).unwrap_err();
    assert_eq!(failed.to_string().matches("; ").count(), 1, "{failed}");
}
