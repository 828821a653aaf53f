//! From one interval to the next.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use kymo_push::{FlushError, Schedule, TemporalityPreference};
use opentelemetry::metrics::MeterProvider;
use opentelemetry_sdk::{error::OTelSdkError, metrics::reader::MetricReader};

use crate::{
    LONG, NEVER, Service, http,
    receiver::{Answer, Receiver},
};

const OFTEN: Schedule = Schedule::new().interval(Duration::from_millis(50));

#[test]
fn every_interval_has_its_export() {
    let receiver = Receiver::start([Answer::Accept]);
    let started = Instant::now();
    let service = Service::new(&http(receiver.http()), OFTEN);
    service.jobs.add(1, &[]);
    // One that was late does not move the others, so they may come close to each other.
    for (intervals, arrived) in (1..).zip(receiver.wait_for(4)) {
        assert!(arrived.at - started >= Duration::from_millis(50) * intervals, "{intervals}");
    }
}

#[test]
fn an_export_that_hangs_ends_with_its_interval() {
    let receiver = Receiver::start([Answer::Hang, Answer::Accept]);
    let service = Service::new(&http(receiver.http()), OFTEN);
    service.jobs.add(1, &[]);
    let arrived = receiver.wait_for(2);
    assert!(arrived[1].at - arrived[0].at < Duration::from_secs(5));
}

#[test]
fn after_an_outage_cumulative_values_are_complete() {
    let receiver = Receiver::start([Answer::Status(500, None)]);
    let service = Service::new(&http(receiver.http()), OFTEN);
    for _ in 0..3 {
        service.jobs.add(1, &[]);
        receiver.wait_for(receiver.arrived().len() + 1);
    }
    receiver.answer([Answer::Accept]);
    service.push.flush(LONG).unwrap();
    assert_eq!(receiver.arrived().last().unwrap().sum("jobs"), Some(3));
}

#[test]
fn a_delta_that_was_not_exported_is_not_sent_later() {
    let receiver = Receiver::start([Answer::Status(500, None), Answer::Accept]);
    let destination = http(receiver.http()).temporality(TemporalityPreference::Delta);
    let service = Service::new(&destination, NEVER);
    service.jobs.add(1, &[]);
    service.push.flush(LONG).unwrap_err();
    service.jobs.add(10, &[]);
    service.push.flush(LONG).unwrap();
    let sums: Vec<_> = receiver.arrived().iter().map(|arrived| arrived.sum("jobs")).collect();
    assert_eq!(sums, [Some(1), Some(10)]);
}

#[test]
fn whoever_asked_to_be_left_alone_is_until_somebody_flushes() {
    let receiver = Receiver::start([Answer::Status(503, Some("3600")), Answer::Accept]);
    let service = Service::new(&http(receiver.http()), OFTEN);
    service.jobs.add(1, &[]);
    receiver.wait_for(1);
    thread::sleep(Duration::from_millis(300));
    assert_eq!(receiver.arrived().len(), 1);
    service.push.flush(LONG).unwrap();
    receiver.wait_for(4);
}

#[test]
fn those_who_wait_share_exports() {
    let receiver = Receiver::start([Answer::Accept]);
    let service = Service::new(&http(receiver.http()), NEVER);
    service.jobs.add(1, &[]);
    thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| service.push.flush(LONG).unwrap());
        }
    });
    let flushes: Vec<_> = (0..1000).map(|_| service.push.flush_async(LONG)).collect();
    let before = receiver.arrived().len();
    service.push.flush(LONG).unwrap();
    drop(flushes);
    assert!(receiver.arrived().len() - before <= 2, "{}", receiver.arrived().len());
}

#[test]
fn a_flush_waits_no_longer_than_it_was_told_to() {
    let receiver = Receiver::start([Answer::Hang]);
    let service = Service::new(&http(receiver.http()), NEVER);
    service.jobs.add(1, &[]);
    let timeout = Duration::from_millis(200);
    let started = Instant::now();
    service.push.flush(timeout).unwrap_err();
    // The export under way takes its ten seconds, this one waits behind it.
    let error = service.push.flush(timeout).unwrap_err();
    assert!(started.elapsed() < timeout * 6, "{:?}", started.elapsed());
    assert!(matches!(error, FlushError::Timeout { .. } | FlushError::Failed { .. }), "{error}");
}

#[test]
fn the_provider_may_flush_and_end_it_too() {
    let receiver = Receiver::start([Answer::Accept]);
    let service = Service::new(&http(receiver.http()), NEVER);
    service.jobs.add(1, &[]);
    service.provider.force_flush().unwrap();
    assert_eq!(receiver.arrived().len(), 1);
    service.jobs.add(1, &[]);
    service.provider.shutdown().unwrap();
    assert_eq!(receiver.wait_for(2)[1].sum("jobs"), Some(2));
    service.push.stop(LONG).unwrap();
    let flushed = service.push.reader().force_flush();
    assert!(matches!(flushed, Err(OTelSdkError::AlreadyShutdown)), "{flushed:?}");
}

#[test]
fn a_panic_in_a_callback_ends_neither_the_thread_nor_the_program() {
    let receiver = Receiver::start([Answer::Accept]);
    let service = Service::new(&http(receiver.http()), NEVER);
    let panics = Arc::new(AtomicBool::new(true));
    let meter = service.provider.meter("service");
    let _gauge = meter
        .u64_observable_gauge("gauge")
        .with_callback(move |_| assert!(!panics.load(Ordering::Relaxed), "as told"))
        .build();
    for expected in ["panic", "collection"] {
        let error = service.push.flush(LONG).unwrap_err();
        assert!(
            matches!(&error, FlushError::Failed { kind, .. } if kind == expected),
            "{expected}: {error}",
        );
    }
    service.jobs.add(1, &[]);
    service.push.stop(LONG).unwrap_err();
}

#[test]
fn a_callback_that_does_not_return_stops_nobody() {
    let receiver = Receiver::start([Answer::Accept]);
    let service = Service::new(&http(receiver.http()), NEVER);
    let (release, blocked) = mpsc::channel::<()>();
    let blocked = std::sync::Mutex::new(blocked);
    let meter = service.provider.meter("service");
    let _gauge = meter
        .u64_observable_gauge("gauge")
        .with_callback(move |_| {
            // The test's end, if not before.
            let _ = blocked.lock().unwrap().recv();
        })
        .build();
    let timeout = Duration::from_millis(200);
    let started = Instant::now();
    service.push.flush(timeout).unwrap_err();
    service.push.flush(timeout).unwrap_err();
    service.push.stop(timeout).unwrap_err();
    assert!(started.elapsed() < timeout * 8, "{:?}", started.elapsed());
    drop(release);
}

#[test]
fn a_push_starts_in_any_runtime_or_none_and_before_its_collector() {
    let address = Receiver::start([Answer::Accept]).address;
    let start = || Service::new(&http(format!("http://{address}/v1/metrics")), OFTEN);
    let current = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let multi = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    let services =
        [start(), current.block_on(async { start() }), multi.block_on(async { start() })];
    for service in &services {
        service.jobs.add(1, &[]);
    }
    thread::sleep(Duration::from_millis(200));
    let receiver = Receiver::with(address, None, [Answer::Accept]);
    for service in services {
        service.push.flush(LONG).unwrap();
        current.block_on(async move { drop(service) });
    }
    assert!(receiver.arrived().len() >= 3);
}

#[test]
fn whoever_reads_within_is_told_half_of_the_time_and_decides() {
    let receiver = Receiver::start([Answer::Accept]);
    let service = Service::new(&http(receiver.http()), NEVER);
    service.jobs.add(1, &[]);
    let (tell, told) = mpsc::channel();
    let is_allowed = Arc::new(AtomicBool::new(false));
    let allowed = Arc::clone(&is_allowed);
    service.push.read_within(move |deadline, read| {
        tell.send(deadline.unwrap()).unwrap();
        if allowed.load(Ordering::Relaxed) {
            read();
        }
    });
    // Only the first one counts.
    service.push.read_within(|_, _| unreachable!());
    let begun = Instant::now();
    let error = service.push.flush(LONG).unwrap_err();
    let time = told.recv().unwrap().duration_since(begun);
    assert!(time > LONG / 3 && time < LONG * 2 / 3 + begun.elapsed(), "{time:?}");
    assert!(error.to_string().contains("cannot collect"), "{error}");
    is_allowed.store(true, Ordering::Relaxed);
    service.push.flush(LONG).unwrap();
    assert_eq!(receiver.arrived().last().unwrap().sum("jobs"), Some(1));
}
