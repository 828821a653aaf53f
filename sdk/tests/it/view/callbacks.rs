//! Callbacks that panic, and that come back to where they were called from.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use kymo::{
    Telemetry, TelemetryBuilder, View,
    opentelemetry::{KeyValue, metrics::Meter},
    prometheus::{Bridge, Cause, Registry},
};
use opentelemetry_sdk::metrics::SdkMeterProvider;
use tokio::runtime::{self, Handle};

use super::page::shaped;
use crate::{log, names};

#[test]
fn a_callback_that_panics_costs_only_what_it_observes_and_only_as_long_as_it_does() {
    for view in [View::new(), View::new().without_attribute("a")] {
        let shown = shaped(|shop| shop.view("*", view.clone()));
        let meter = shown.meter();
        let is_broken = Arc::new(AtomicBool::new(true));
        let breaks = Arc::clone(&is_broken);
        meter
            .u64_observable_counter("broken")
            .with_callback(move |broken| {
                broken.observe(1, &[KeyValue::new("b", "1")]);
                assert!(!breaks.load(Ordering::Relaxed), "no luck");
            })
            .with_callback(|broken| broken.observe(2, &[KeyValue::new("b", "2")]))
            .build();
        meter.i64_observable_gauge("whole").with_callback(|whole| whole.observe(3, &[])).build();
        let sold = meter.u64_counter("sold").build();
        sold.add(1, &[]);
        for _ in 0..2 {
            shown.shows("broken_total", &[(r#"b="2""#, 2.0)]);
            shown.shows("whole", &[("", 3.0)]);
            shown.shows("sold_total", &[("", 1.0)]);
        }
        is_broken.store(false, Ordering::Relaxed);
        shown.shows("broken_total", &[(r#"b="1""#, 1.0), (r#"b="2""#, 2.0)]);
        // The SDK makes and records instruments as before.
        meter.u64_counter("late").build().add(1, &[]);
        shown.shows("late_total", &[("", 1.0)]);
        assert!(shown.0.bridge().unwrap().losses().is_empty());
    }
}

#[test]
fn a_callback_that_panics_is_reported_once_with_the_name_of_its_instrument() {
    log::listen();
    let shown = shaped(TelemetryBuilder::prometheus);
    let meter = shown.meter();
    meter.f64_observable_gauge("queue.depth").with_callback(|_| panic!("no luck")).build();
    for _ in 0..3 {
        shown.page();
    }
    let log = log::text();
    assert_eq!(log.matches("queue.depth panicked").count(), 1, "{log}");
}

#[test]
fn a_panic_that_panics_when_it_is_dropped_does_no_harm() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("again");
        }
    }
    let shown = shaped(TelemetryBuilder::prometheus);
    let meter = shown.meter();
    meter.f64_observable_gauge("depth").with_callback(|_| std::panic::panic_any(Bomb)).build();
    shown.meter().u64_counter("sold").build().add(1, &[]);
    shown.shows("sold_total", &[("", 1.0)]);
}

#[test]
fn an_injected_provider_is_spared_the_panics_too() {
    let bridge = Bridge::builder().registry(Registry::new()).build().unwrap();
    let provider = SdkMeterProvider::builder().with_reader(bridge.reader()).build();
    let telemetry =
        Telemetry::with_meter_provider(provider.clone()).bridge(bridge.clone()).build().unwrap();
    let meter = telemetry.meter("shop");
    meter.u64_observable_gauge("bad").with_callback(|_| panic!("no luck")).build();
    meter.u64_counter("sold").build().add(1, &[]);
    for _ in 0..2 {
        let families = bridge.registry().gather();
        assert!(families.iter().any(|family| family.name() == "sold_total"), "{families:?}");
        assert!(!families.iter().any(|family| family.name() == "bad"), "{families:?}");
    }
    provider.shutdown().unwrap();
}

/// Observes the workers of the runtime around the callback, or 0 where there is none.
fn observe_workers(meter: &Meter) {
    meter
        .u64_observable_gauge("workers")
        .with_callback(|workers| {
            let runtime = Handle::try_current();
            let count = runtime.map_or(0, |runtime| runtime.metrics().num_workers());
            workers.observe(count as u64, &[]);
        })
        .build();
}

#[test]
fn a_callback_runs_in_the_runtime_in_which_its_instrument_was_made() {
    for view in [View::new(), View::new().without_attribute("a")] {
        let shown = shaped(|shop| shop.view("*", view.clone()).prometheus());
        let runtime = runtime::Builder::new_multi_thread().worker_threads(3).build().unwrap();
        runtime.block_on(async { observe_workers(&shown.meter()) });
        // Whoever scrapes is in another runtime, or in none.
        shown.shows("workers", &[("", 3.0)]);
        let other = runtime::Builder::new_current_thread().build().unwrap();
        other.block_on(async { shown.shows("workers", &[("", 3.0)]) });

        let shown = shaped(|shop| shop.view("*", view.clone()).prometheus());
        observe_workers(&shown.meter());
        runtime.block_on(async { shown.shows("workers", &[("", 0.0)]) });
    }
}

#[test]
fn a_runtime_that_was_shut_down_costs_a_callback_its_tasks_alone() {
    let shown = shaped(TelemetryBuilder::prometheus);
    let runtime = runtime::Builder::new_multi_thread().worker_threads(3).build().unwrap();
    let (spawned, ended) = mpsc::channel();
    runtime.block_on(async {
        observe_workers(&shown.meter());
        shown
            .meter()
            .u64_observable_gauge("spawned")
            .with_callback(move |gauge| {
                let spawned = spawned.clone();
                drop(Handle::current().spawn(async move { spawned.send(()) }));
                gauge.observe(1, &[]);
            })
            .build();
    });
    shown.shows("spawned", &[("", 1.0)]);
    ended.recv_timeout(Duration::from_secs(20)).unwrap();
    drop(runtime);
    for _ in 0..2 {
        shown.shows("spawned", &[("", 1.0)]);
        shown.shows("workers", &[("", 3.0)]);
    }
    assert!(ended.try_recv().is_err());
}

#[test]
fn a_callback_that_leaves_a_runtime_entered_costs_what_it_observes() {
    let shown = shaped(TelemetryBuilder::prometheus);
    let runtime = runtime::Builder::new_multi_thread().worker_threads(3).build().unwrap();
    runtime.block_on(async {
        shown
            .meter()
            .u64_observable_gauge("careless")
            .with_callback(|gauge| {
                std::mem::forget(Handle::current().enter());
                gauge.observe(1, &[]);
            })
            .build();
        observe_workers(&shown.meter());
    });
    for _ in 0..2 {
        shown.shows("workers", &[("", 3.0)]);
        shown.shows("careless", &[]);
    }
}

#[test]
fn a_callback_that_makes_instruments_or_scrapes_hangs_nobody() {
    log::listen();
    // No other test has such a callback.
    let scraped = || log::text().matches("callback of an observable instrument scrapes").count();
    for (made, view) in [
        ("made.inside", View::new()),
        ("made.inside.under.rules", View::new().without_attribute("a")),
    ] {
        let (done, page) = mpsc::channel();
        let before = scraped();
        thread::spawn(move || {
            let telemetry =
                Telemetry::for_service("shop").prometheus().view("*", view).build().unwrap();
            let (bridge, inner) = (telemetry.bridge().unwrap().clone(), telemetry.meter("shop"));
            telemetry
                .meter("shop")
                .u64_observable_gauge("depth")
                .with_callback(move |depth| {
                    inner.u64_counter(made).build().add(1, &[]);
                    let nested = inner.u64_observable_gauge("nested");
                    nested.with_callback(|nested| nested.observe(1, &[])).build();
                    bridge.registry().gather();
                    depth.observe(7, &[]);
                })
                .build();
            telemetry.meter("shop").u64_counter("sold").build().add(1, &[]);
            for _ in 0..2 {
                let bridge = telemetry.bridge().unwrap();
                done.send((names(bridge.registry()), bridge.losses())).unwrap();
            }
        });
        for times in [1, 2] {
            let (mut names, losses) = page.recv_timeout(Duration::from_secs(20)).expect("an end");
            // What the bridge says of itself: how long it read, and that a callback scraped.
            let of_itself =
                ["kymo_scrape_losses_total", "otel_sdk_metric_reader_collection_duration_seconds"];
            names.retain(|name| !of_itself.contains(&name.as_str()));
            assert_eq!(names, ["depth", "sold_total", "target_info"]);
            assert_eq!(scraped(), before + 1, "each bridge says it once");
            let asked = format!("the instrument {made} is asked for in a callback");
            assert_eq!(log::text().matches(&asked).count(), 1);
            let loss = losses.iter().find(|loss| loss.cause == Cause::CallbackScraped);
            assert_eq!(loss.map(|loss| loss.times), Some(times), "{losses:?}");
        }
    }
}
