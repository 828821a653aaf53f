//! One request and its response, recorded exactly once.

use std::{
    any::TypeId,
    sync::{Arc, atomic::AtomicU64},
    time::{Duration, Instant},
};

use http::{HeaderMap, Method, Response, StatusCode, header::CONTENT_LENGTH};
use http_body::Body;
use kymo_core::{Attempt, Bounded, Outcome};

use crate::{
    RequestHead, failure,
    instruments::Instruments,
    mark,
    protocol::Protocol,
    reading::Reading,
    recording::Recording,
    request_size::RequestSize,
    series::{ActiveKey, ExchangeKey, Status, StreamKey, StreamKind},
    stream::{self, StreamOpening},
};

/// One request and its response, from the arrival of the head until the end of the body.
///
/// It is made on arrival, travels in the response's future and then in the response's body, and
/// records itself when dropped, wherever that happens: [`Attempt`] says as what.
///
/// It is boxed, because futures and bodies are moved many times on their way through a server.
#[derive(Debug)]
pub(crate) struct Exchange {
    attempt: Attempt<Recording>,
    expectation: Expectation,
    streams_unknown_lengths: bool,
}

/// What the method says about the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expectation {
    /// A body may follow.
    Body,
    /// `HEAD`: none follows, whatever the headers say.
    NoBody,
    /// `CONNECT`: a 2xx turns the connection into a tunnel.
    Tunnel,
}

#[expect(clippy::boxed_local, reason = "an exchange is boxed from its first moment to its last")]
impl Exchange {
    /// The exchange of a request that has just arrived, after it had `waited` for the service.
    pub(crate) fn arrive(
        instruments: &Arc<Instruments>,
        reading: &Reading,
        head: &RequestHead<'_>,
        waited: Option<Duration>,
    ) -> Box<Self> {
        let now = Instant::now();
        let since = waited.and_then(|waited| now.checked_sub(waited)).unwrap_or(now);
        let active = ActiveKey {
            method: instruments.method(head.method),
            scheme: reading.scheme.scheme(head),
        };
        let protocol = Protocol::of(head.version);
        let mut exchange = Self::begin(instruments, since, active, protocol);
        exchange.expectation = match *head.method {
            Method::HEAD => Expectation::NoBody,
            Method::CONNECT => Expectation::Tunnel,
            _ => Expectation::Body,
        };
        exchange.streams_unknown_lengths = reading.streams_unknown_lengths;
        // A panic in there is the request's.
        let route = exchange.attempt.run(|| reading.route(head));
        let recording = exchange.attempt.record_mut();
        recording.key.route = route.map(|route| recording.instruments.route(&route));
        exchange
    }

    /// The exchange of a request that waits since `since`, and of which nothing else is known.
    pub(crate) fn unseen(
        instruments: &Arc<Instruments>,
        reading: &Reading,
        since: Instant,
    ) -> Box<Self> {
        let active = ActiveKey { method: Bounded::OTHER, scheme: reading.scheme.unsaid };
        let mut exchange = Self::begin(instruments, since, active, Protocol::Unknown);
        exchange.attempt.record_mut().request = RequestSize::Unknown;
        exchange
    }

    fn begin(
        instruments: &Arc<Instruments>,
        since: Instant,
        active: ActiveKey,
        protocol: Protocol,
    ) -> Box<Self> {
        let ActiveKey { method, scheme } = active;
        let key = ExchangeKey {
            method,
            is_head: instruments.is_head(method),
            scheme,
            protocol,
            route: None,
            status: Status::NotSent,
            outcome: Outcome::Cancelled,
        };
        let in_flight = instruments.enter(active);
        let recording = Recording::new(Arc::clone(instruments), key, in_flight);
        Box::new(Self {
            attempt: Attempt::started_at(since, recording),
            expectation: Expectation::Body,
            streams_unknown_lengths: false,
        })
    }

    /// Whether the route is known.
    pub(crate) fn has_route(&self) -> bool {
        self.attempt.record().key.route.is_some()
    }

    /// Measures the request's body in place, as far as its type allows; whether it is now a body that
    /// marks its request.
    pub(crate) fn measure_request<B: Body + 'static>(&mut self, body: &mut B) -> bool {
        let recording = self.attempt.record_mut();
        let counts = recording.instruments.counts_request_bytes();
        recording.request = RequestSize::of(body, counts);
        TypeId::of::<B>() == TypeId::of::<axum::body::Body>()
    }

    /// Where the request's body counts its bytes; `None` if there are none to count.
    pub(crate) fn count_request(&mut self, body: &impl Body) -> Option<Arc<AtomicU64>> {
        let recording = self.attempt.record_mut();
        if recording.instruments.counts_request_bytes() {
            recording.request = RequestSize::counted(body);
        }
        recording.request.counter()
    }

    /// Whether it matters what becomes of an upgraded connection.
    pub(crate) fn counts_streams(&self) -> bool {
        self.attempt.record().instruments.counts_streams()
    }

    /// Runs `code`, which is foreign: if it unwinds, the exchange is a panic.
    pub(crate) fn run<T>(&mut self, code: impl FnOnce() -> T) -> T {
        let _inside = mark::enter();
        self.attempt.run(code)
    }

    /// The service failed before there was a response.
    pub(crate) fn fail<E: 'static>(self: Box<Self>, error: &E) {
        self.end(failure::of_service(error));
    }

    /// The response's body failed.
    pub(crate) fn fail_body<E: 'static>(self: Box<Self>, error: &E) {
        self.end(failure::of_body(error));
    }

    /// The body has no more; that is the end of the response unless more was promised.
    pub(crate) fn complete(self: Box<Self>) {
        let outcome = self.attempt.record().completed();
        self.end(outcome);
    }

    /// Ends as `outcome`.
    pub(crate) fn end(mut self: Box<Self>, outcome: Outcome) {
        self.attempt.finish(outcome);
    }

    /// Bytes of the response's body were handed to the server.
    pub(crate) fn sent(&mut self, bytes: usize) {
        self.attempt.record_mut().response_bytes += bytes as u64;
    }

    /// The response's body was polled and has more to come, be it only trailers.
    pub(crate) fn await_more(&mut self) {
        let recording = self.attempt.record_mut();
        if recording.promised_bytes == Some(0) {
            recording.promised_bytes = None;
        }
    }

    /// The head of the response is there; returns the exchange if its body is still to come.
    pub(crate) fn respond<B: Body>(
        mut self: Box<Self>,
        response: &Response<B>,
    ) -> Option<Box<Self>> {
        let status = response.status();
        let started = self.attempt.start();
        let recording = self.attempt.record_mut();
        recording.key.status = Status::Sent(status.as_u16());
        if recording.instruments.times_first_byte() {
            recording.first_byte = Some(started.elapsed());
        }
        if self.has_no_body(status) {
            self.end(Outcome::Success);
            return None;
        }
        let body = response.body();
        let (is_empty, exact) = self.run(|| (body.is_end_stream(), body.size_hint().exact()));
        let promised = content_length(response.headers()).or(exact);
        self.attempt.record_mut().promised_bytes = promised;
        if is_empty {
            // A server never polls such a body.
            self.complete();
            return None;
        }
        if exact.is_none() && stream::is_server_sent_events(response.headers()) {
            self.become_stream(StreamKind::ServerSentEvents);
        } else if self.streams_unknown_lengths && promised.is_none() {
            self.become_stream(StreamKind::Body);
        }
        Some(self)
    }

    /// Whether a response with this status hands the connection to another protocol.
    pub(crate) fn is_upgrade(&self, status: StatusCode) -> bool {
        status == StatusCode::SWITCHING_PROTOCOLS
            || (self.expectation == Expectation::Tunnel && status.is_success())
    }

    /// How a stream of this exchange is counted once it is open.
    pub(crate) fn stream(&self, kind: StreamKind) -> StreamOpening {
        let recording = self.attempt.record();
        let key = StreamKey { route: recording.key.route, kind };
        StreamOpening::new(Arc::clone(&recording.instruments), key)
    }

    /// Whether the head is all there is, whatever the headers and the body say.
    fn has_no_body(&self, status: StatusCode) -> bool {
        self.expectation == Expectation::NoBody
            || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
            || self.is_upgrade(status)
    }

    /// Takes the one observation of the latency now, and goes on as a stream.
    fn become_stream(&mut self, kind: StreamKind) {
        let open = self.stream(kind).open();
        self.attempt.record_mut().become_stream(open);
        self.attempt.finish(Outcome::Success);
    }
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
