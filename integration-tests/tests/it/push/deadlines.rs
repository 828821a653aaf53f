//! However badly a collector behaves, the program goes on, and ends when it wants to.

use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::{Duration, Instant},
};

use axum::{Router, body::Body, extract::Request, routing::get};
use http::StatusCode;
use integration_tests::{
    Receiver, Scrape,
    otlp::sum,
    receiver::{Conduct, Received},
};
use kymo::{
    FlushError, Telemetry,
    otlp::{Otlp, Protocol},
};
use tower::ServiceExt;

const PROTOCOLS: [Protocol; 2] = [Protocol::HttpProtobuf, Protocol::Grpc];

/// The time that a shutdown is given.
const TIMEOUT: Duration = Duration::from_millis(300);

/// The time that a busy machine may add to that.
const SLACK: Duration = Duration::from_millis(700);

/// Nothing on the program's only thread may take longer, on a busy machine.
const STALL: Duration = Duration::from_millis(250);

const FOREVER: Duration = Duration::from_hours(1);

/// Every way not to answer, and whether the collector listens at all.
fn misbehaviours() -> Vec<Option<Conduct>> {
    vec![
        None,
        Some(Conduct::Hang),
        Some(Conduct::Ignore),
        Some(Conduct::Close),
        Some(Conduct::Delay(FOREVER)),
        Some(Conduct::Drip(FOREVER)),
        Some(Conduct::Huge(u32::MAX - 1000)),
        Some(Conduct::unavailable(Some(FOREVER))),
        Some(Conduct::throttled(None)),
    ]
}

/// Every misbehaviour over both protocols; `end` shuts the telemetry down.
fn each(end: impl Fn(Telemetry, &str)) {
    for protocol in PROTOCOLS {
        for conduct in misbehaviours() {
            let what = format!("{conduct:?} over {protocol:?}");
            let receiver = Receiver::start();
            match conduct {
                Some(conduct) => receiver.conduct(conduct),
                None => receiver.refuse(),
            }
            let otlp = Otlp::new().endpoint(receiver.url()).protocol(protocol);
            let otlp = otlp.interval(Duration::from_millis(20));
            let telemetry = Telemetry::for_service("deadlines").prometheus().otlp_with(otlp);
            let telemetry = telemetry.build().unwrap();
            telemetry.meter("shop").u64_counter("sold").build().add(1, &[]);
            end(telemetry, &what);
        }
    }
}

#[track_caller]
fn in_time(what: &str, outcome: &Result<(), FlushError>, took: Duration) {
    assert!(outcome.is_err(), "{what} cannot succeed");
    assert!(took < TIMEOUT + SLACK, "{what}: {took:?}");
}

#[test]
fn a_shutdown_ends_in_time_on_a_current_thread_runtime_and_blocks_nothing() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    each(|telemetry, what| {
        runtime.block_on(async {
            let app = app(&telemetry);
            let start = Instant::now();
            let (outcome, served) = serve_while(&app, telemetry.shutdown(TIMEOUT)).await;
            in_time(what, &outcome, start.elapsed());
            assert!(served.longest < STALL, "{what}: {:?}", served.longest);
        });
    });
}

#[test]
fn a_shutdown_ends_in_time_on_a_multi_thread_runtime() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    each(|telemetry, what| {
        runtime.block_on(async {
            let app = app(&telemetry);
            let start = Instant::now();
            let (outcome, served) = serve_while(&app, telemetry.shutdown(TIMEOUT)).await;
            in_time(what, &outcome, start.elapsed());
            assert!(served.longest < STALL, "{what}: {:?}", served.longest);
        });
    });
}

#[test]
fn a_shutdown_ends_in_time_without_tokio() {
    each(|telemetry, what| {
        let start = Instant::now();
        let outcome = telemetry.shutdown_blocking(TIMEOUT);
        in_time(what, &outcome, start.elapsed());
    });
}

#[test]
fn a_shutdown_ends_in_time_on_an_executor_of_ones_own() {
    each(|telemetry, what| {
        let start = Instant::now();
        let outcome = block_on(telemetry.shutdown(TIMEOUT));
        in_time(what, &outcome, start.elapsed());
    });
}

#[test]
fn a_blocking_shutdown_ends_in_time_within_a_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    each(|telemetry, what| {
        runtime.block_on(async {
            let start = Instant::now();
            let outcome = telemetry.shutdown_blocking(TIMEOUT);
            in_time(what, &outcome, start.elapsed());
        });
    });
}

#[test]
fn dropping_telemetry_waits_for_nobody() {
    each(|telemetry, what| {
        let start = Instant::now();
        drop(telemetry);
        assert!(start.elapsed() < STALL, "{what}: {:?}", start.elapsed());
    });
}

#[test]
fn a_flush_ends_in_time_and_requests_go_on() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    each(|telemetry, what| {
        runtime.block_on(async {
            let app = app(&telemetry);
            let start = Instant::now();
            let (outcome, served) = serve_while(&app, telemetry.flush(TIMEOUT)).await;
            in_time(what, &outcome, start.elapsed());
            assert!(served.longest < STALL, "{what}: {:?}", served.longest);
            let scrape = Scrape::of(&telemetry).await;
            let counted = scrape.sum("http_server_request_duration_seconds_count", &[]);
            assert!((counted - served.requests as f64).abs() < 0.5, "{what}: {counted}");
        });
        telemetry.shutdown_blocking(Duration::ZERO).unwrap_err();
    });
}

#[test]
fn what_was_pushed_by_a_good_shutdown_is_all_there_is() {
    for protocol in PROTOCOLS {
        let receiver = Receiver::start();
        let otlp = Otlp::new().endpoint(receiver.url()).protocol(protocol).interval(FOREVER);
        let telemetry = Telemetry::for_service("deadlines").otlp_with(otlp).build().unwrap();
        let sold = telemetry.meter("shop").u64_counter("sold").build();
        sold.add(7, &[]);
        block_on(telemetry.shutdown(Duration::from_secs(20))).unwrap();
        block_on(telemetry.shutdown(Duration::from_secs(20))).unwrap();
        telemetry.shutdown_blocking(Duration::from_secs(20)).unwrap();
        assert_eq!(receiver.requests().len(), 1, "the second and third do nothing");
        assert!((sum(&receiver.points(), "sold", &[]) - 7.0).abs() < 0.5);
    }
}

#[test]
fn what_was_recorded_before_a_drop_arrives_while_the_program_goes_on() {
    for protocol in PROTOCOLS {
        let receiver = Receiver::start();
        let otlp = Otlp::new().endpoint(receiver.url()).protocol(protocol).interval(FOREVER);
        let telemetry = Telemetry::for_service("deadlines").otlp_with(otlp).build().unwrap();
        telemetry.meter("shop").u64_counter("sold").build().add(7, &[]);
        drop(telemetry);
        receiver.wait_for(Duration::from_secs(20), |requests| {
            let points = requests.iter().flat_map(Received::points).collect::<Vec<_>>();
            (sum(&points, "sold", &[]) > 6.5).then_some(())
        });
    }
}

fn app(telemetry: &Telemetry) -> Router {
    Router::new().route("/", get(async || "Dune")).layer(telemetry.http())
}

struct Served {
    requests: usize,
    /// The longest time between two requests, of which each waits a few milliseconds.
    longest: Duration,
}

/// Serves requests on the same task until `other` is done.
async fn serve_while<T>(app: &Router, other: impl Future<Output = T>) -> (T, Served) {
    let mut other = pin!(other);
    let mut served = Served { requests: 0, longest: Duration::ZERO };
    let mut last = Instant::now();
    loop {
        let request = Request::new(Body::empty());
        let answer = app.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        http_body_util::BodyExt::collect(answer.into_body()).await.unwrap();
        served.requests += 1;
        tokio::select! {
            done = &mut other => return (done, served),
            () = tokio::time::sleep(Duration::from_millis(5)) => {}
        }
        served.longest = served.longest.max(last.elapsed());
        last = Instant::now();
    }
}

/// An executor without a runtime, timers or anything.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}
