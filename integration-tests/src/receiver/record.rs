//! The memory of a receiver.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use http::HeaderMap;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;

use super::conduct::Conduct;
use crate::otlp::Point;

/// How a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Over gRPC.
    Grpc,
    /// As protobuf over HTTP.
    Http,
}

/// A request that a receiver could read.
#[derive(Clone, Debug)]
pub struct Received {
    /// When it was read to its end.
    pub at: Instant,
    /// How it came.
    pub protocol: Protocol,
    /// Its headers, without the pseudo-headers.
    pub headers: HeaderMap,
    /// Its content.
    pub request: ExportMetricsServiceRequest,
    /// Whether the client is, or will be, told that it was accepted, if it waits so long.
    pub accepted: bool,
}

impl Received {
    /// Its points.
    pub fn points(&self) -> Vec<Point> {
        Point::of(&self.request)
    }

    /// A header as text; empty when it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// Shared between the thread of a receiver and the test.
#[derive(Debug, Default)]
pub(super) struct Record {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    conduct: Conduct,
    requests: Vec<Received>,
    connections: usize,
    /// Describes whatever came that is no OTLP.
    faults: Vec<String>,
}

impl Default for State {
    fn default() -> Self {
        let conduct = Conduct::Accept;
        Self { conduct, requests: Vec::new(), connections: 0, faults: Vec::new() }
    }
}

impl Record {
    pub(super) fn behave(&self, conduct: Conduct) {
        self.state().conduct = conduct;
    }

    pub(super) fn conduct(&self) -> Conduct {
        self.state().conduct.clone()
    }

    pub(super) fn connected(&self) {
        self.state().connections += 1;
    }

    pub(super) fn connections(&self) -> usize {
        self.state().connections
    }

    pub(super) fn add(&self, received: Received) {
        self.state().requests.push(received);
        self.changed.notify_all();
    }

    pub(super) fn fault(&self, what: String) {
        self.state().faults.push(what);
        self.changed.notify_all();
    }

    pub(super) fn requests(&self) -> Vec<Received> {
        let state = self.state();
        assert!(state.faults.is_empty(), "this is no OTLP: {:#?}", state.faults);
        state.requests.clone()
    }

    #[track_caller]
    pub(super) fn wait_for<T>(
        &self,
        limit: Duration,
        found: impl Fn(&[Received]) -> Option<T>,
    ) -> T {
        let deadline = Instant::now() + limit;
        let mut state = self.state();
        loop {
            assert!(state.faults.is_empty(), "this is no OTLP: {:#?}", state.faults);
            if let Some(found) = found(&state.requests) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let came = state.requests.len();
            assert!(!left.is_zero(), "not so after {limit:?}; {came} requests came");
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
