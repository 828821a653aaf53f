//! However it ends, it ends in time.

use std::{
    io,
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use futures_util::future;
use kymo_push::{Destination, FlushError};
use opentelemetry::metrics::MeterProvider;

use crate::{
    LONG, NEVER, Service, grpc, http,
    receiver::{Answer, Receiver},
};

const TIMEOUT: Duration = Duration::from_millis(400);

/// Stops against a collector that hangs, as `stop` does it, and checks the time it took.
fn stop_in_time(stop: impl FnOnce(&Service) -> Result<(), FlushError>) {
    let receiver = Receiver::start([Answer::Hang]);
    let service = Service::new(&http(receiver.http()), NEVER);
    service.jobs.add(1, &[]);
    let started = Instant::now();
    stop(&service).unwrap_err();
    let took = started.elapsed();
    assert!(took >= TIMEOUT && took < TIMEOUT * 4, "{took:?}");
    drop(service);
    assert!(started.elapsed() < TIMEOUT * 5, "the drop waited");
}

#[test]
fn a_hanging_collector_stops_nobody_without_a_runtime() {
    stop_in_time(|service| service.push.stop(TIMEOUT));
}

#[test]
fn a_hanging_collector_stops_nobody_who_polls_without_a_runtime() {
    stop_in_time(|service| futures_executor(service.push.stop_async(TIMEOUT)));
}

#[tokio::test]
async fn a_hanging_collector_stops_nobody_in_a_current_thread_runtime() {
    stop_in_time(|service| service.push.stop(TIMEOUT));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_hanging_collector_stops_nobody_in_a_multi_thread_runtime() {
    stop_in_time(|service| service.push.stop(TIMEOUT));
}

#[tokio::test]
async fn who_awaits_the_stop_lets_the_runtime_go_on() {
    let receiver = Receiver::start([Answer::Hang]);
    let service = Service::new(&grpc(receiver.grpc()), NEVER);
    service.jobs.add(1, &[]);
    let mut ticks = 0;
    let mut stop = std::pin::pin!(service.push.stop_async(TIMEOUT));
    let outcome = loop {
        tokio::select! {
            outcome = &mut stop => break outcome,
            () = tokio::time::sleep(Duration::from_millis(10)) => ticks += 1,
        }
    };
    outcome.unwrap_err();
    assert!(ticks > 10, "{ticks}");
}

/// An address behind which the first connection is a black hole, and each later one leads to `receiver`.
fn black_hole_before(receiver: &Receiver) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, receiver) = (listener.local_addr().unwrap(), receiver.address);
    thread::spawn(move || {
        let mut connections = listener.incoming().map(Result::unwrap);
        let _swallows = connections.next();
        for near in connections {
            let far = TcpStream::connect(receiver).unwrap();
            let (near_too, far_too) = (near.try_clone().unwrap(), far.try_clone().unwrap());
            for (mut from, mut to) in [(near, far), (far_too, near_too)] {
                // How connections end is up to the one who pushes.
                thread::spawn(move || drop(io::copy(&mut from, &mut to)));
            }
        }
    });
    address
}

#[test]
fn the_last_export_goes_out_on_another_connection_than_the_one_that_hangs() {
    let stop = |destination: &Destination, receiver: &Receiver| {
        let service = Service::new(destination, NEVER);
        service.jobs.add(7, &[]);
        service.push.nudge();
        thread::sleep(Duration::from_millis(200));
        service.push.stop(Duration::from_secs(4)).unwrap();
        assert_eq!(receiver.arrived()[0].sum("jobs"), Some(7));
    };
    let receiver = Receiver::start([Answer::Accept]);
    stop(&grpc(format!("http://{}", black_hole_before(&receiver))), &receiver);
    let receiver = Receiver::start([Answer::Accept]);
    stop(&http(format!("http://{}/v1/metrics", black_hole_before(&receiver))), &receiver);
}

#[test]
fn an_export_that_hangs_leaves_time_for_the_last_one() {
    let receiver = Receiver::start([Answer::Hang, Answer::Accept]);
    let service = Service::new(&http(receiver.http()), NEVER);
    service.jobs.add(1, &[]);
    service.push.nudge();
    receiver.wait_for(1);
    service.jobs.add(1, &[]);
    service.push.stop(Duration::from_secs(2)).unwrap();

    let arrived = receiver.arrived();
    assert_eq!(arrived.len(), 2);
    assert_eq!(arrived[1].sum("jobs"), Some(2));
}

#[test]
fn a_collection_that_takes_long_is_awaited_by_the_last_one() {
    let receiver = Receiver::start([Answer::Accept]);
    let service = Service::new(&http(receiver.http()), NEVER);
    let slow = AtomicBool::new(true);
    let (began, beginning) = mpsc::channel();
    let _gauge = service
        .provider
        .meter("service")
        .u64_observable_gauge("gauge")
        .with_callback(move |it| {
            it.observe(1, &[]);
            if slow.swap(false, Ordering::Relaxed) {
                began.send(()).unwrap();
                thread::sleep(Duration::from_millis(1200));
            }
        })
        .build();
    service.push.nudge();
    beginning.recv().unwrap();
    service.push.stop(Duration::from_secs(2)).unwrap();
    assert!(!receiver.arrived().is_empty());
}

#[test]
fn a_stop_exports_all_there_is_and_a_second_one_nothing() {
    let receiver = Receiver::start([Answer::Accept]);
    let service = Service::new(&http(receiver.http()), NEVER);
    service.jobs.add(7, &[]);
    service.push.stop(LONG).unwrap();
    assert_eq!(receiver.arrived()[0].sum("jobs"), Some(7));

    service.jobs.add(1, &[]);
    service.push.stop(LONG).unwrap();
    assert_eq!(service.push.flush(LONG), Err(FlushError::Stopped));
    assert_eq!(futures_executor(service.push.flush_async(LONG)), Err(FlushError::Stopped));
    service.push.nudge();
    drop(service);
    thread::sleep(Duration::from_millis(50));
    assert_eq!(receiver.arrived().len(), 1);
}

#[test]
fn stops_at_once_are_one_stop() {
    let receiver = Receiver::start([Answer::Accept]);
    let service = Service::new(&http(receiver.http()), NEVER);
    service.jobs.add(1, &[]);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| service.push.stop(LONG).unwrap());
        }
    });
    assert_eq!(receiver.arrived().len(), 1);
}

#[test]
fn dropping_everything_loses_nothing() {
    let receiver = Receiver::start([Answer::Accept]);
    let service = Service::new(&http(receiver.http()), NEVER);
    service.jobs.add(7, &[]);
    drop(service);
    assert_eq!(receiver.wait_for(1)[0].sum("jobs"), Some(7));
}

#[test]
fn the_thread_lets_go_of_everything() {
    let receiver = Receiver::start([Answer::Accept]);
    let service = Service::new(&http(receiver.http()), NEVER);
    service.jobs.add(7, &[]);
    let held = Arc::new(());
    let kept = Arc::clone(&held);
    let meter = service.provider.meter("service");
    let gauge = meter.u64_observable_gauge("gauge").with_callback(move |it| {
        it.observe(Arc::strong_count(&kept) as u64, &[]);
    });
    drop((gauge.build(), meter, service));
    receiver.wait_for(1);

    let patience = Instant::now() + LONG;
    while Arc::strong_count(&held) > 1 {
        assert!(Instant::now() < patience, "the callback lives on");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn dropping_everything_waits_for_nothing_while_an_export_hangs() {
    let receiver = Receiver::start([Answer::Hang]);
    let service = Service::new(&http(receiver.http()), NEVER);
    service.jobs.add(7, &[]);
    service.push.nudge();
    receiver.wait_for(1);
    let started = Instant::now();
    drop(service);
    // The export takes its ten seconds.
    assert!(started.elapsed() < Duration::from_secs(2));
}

#[test]
fn a_push_that_was_given_to_no_provider_ends_well() {
    let receiver = Receiver::start([Answer::Accept]);
    let push = kymo_push::Push::otlp(&http(receiver.http()), NEVER).unwrap();
    push.flush(LONG).unwrap();
    push.stop(LONG).unwrap();
    assert!(receiver.arrived().is_empty());
}

#[test]
fn a_dead_collector_costs_the_stop_its_time_out_at_most() {
    let gone = Receiver::start([Answer::Accept]).http();
    thread::sleep(Duration::from_millis(50));
    let service = Service::new(&http(gone), NEVER);
    service.jobs.add(1, &[]);
    let started = Instant::now();
    service.push.stop(TIMEOUT).unwrap_err();
    assert!(started.elapsed() < TIMEOUT * 3);
}

/// Polls as any executor would that is not tokio's.
pub(crate) fn futures_executor<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(thread::Thread);
    impl std::task::Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Arc::new(Unpark(thread::current())).into();
    let mut context = std::task::Context::from_waker(&waker);
    let mut future = std::pin::pin!(future::FutureExt::fuse(future));
    loop {
        match future.as_mut().poll(&mut context) {
            std::task::Poll::Ready(output) => return output,
            std::task::Poll::Pending => thread::park(),
        }
    }
}
