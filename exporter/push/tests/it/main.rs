//! A push, against a collector in this process.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod answers;
mod exemplars;
mod grpc;
mod hostile;
mod http;
mod life;
mod model;
mod observed;
mod receiver;
mod refusals;
mod stop;
mod tls;

use std::time::Duration;

use kymo_push::{Destination, Protocol, Push, Schedule};
use opentelemetry::metrics::{Counter, MeterProvider};
use opentelemetry_sdk::metrics::SdkMeterProvider;

/// Longer than anything here takes, and no test waits for it.
const LONG: Duration = Duration::from_secs(20);
/// An interval that never passes.
const NEVER: Schedule = Schedule::new().interval(Duration::from_secs(3600));

/// A service with one counter, and its push.
struct Service {
    push: Push,
    provider: SdkMeterProvider,
    jobs: Counter<u64>,
}

impl Service {
    fn new(destination: &Destination, schedule: Schedule) -> Self {
        Self::of(Push::otlp(destination, schedule).unwrap())
    }

    fn of(push: Push) -> Self {
        let provider = SdkMeterProvider::builder().with_reader(push.reader()).build();
        let jobs = provider.meter("service").u64_counter("jobs").build();
        Self { push, provider, jobs }
    }
}

fn http(endpoint: impl Into<String>) -> Destination {
    Destination::new(Protocol::HttpProtobuf).endpoint(endpoint)
}

fn grpc(endpoint: impl Into<String>) -> Destination {
    Destination::new(Protocol::Grpc).endpoint(endpoint)
}
