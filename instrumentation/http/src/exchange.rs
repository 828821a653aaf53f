//! One request and its response, recorded exactly once.

use std::{
    any::TypeId,
    sync::{Arc, atomic::AtomicU64},
    time::{Duration, Instant},
};

use bytes::Buf;
use http::{HeaderMap, Method, Response, StatusCode, header::CONTENT_LENGTH};
use http_body::{Body, Frame};
use kymo_core::{Attempt, Bounded, Outcome, Served, Trace};

use crate::{
    RequestHead, failure, field,
    grpc::{Call, Shown},
    measure::Measure,
    protocol::Protocol,
    recording::Recording,
    request_size::RequestSize,
    running::Running,
    series::{ActiveKey, Status, StreamKey, StreamKind},
    server_timing,
    stream::{self, StreamOpening},
    traceparent,
};

/// One request and its response, from the arrival of the head until the end of the body.
///
/// It is made on arrival, travels in the response's future and then in the response's body, and is recorded where it
/// ends, or where it is dropped before, wherever that happens: [`Attempt`] says as what.
///
/// It is boxed, because futures and bodies are moved many times on their way through a server.
#[derive(Debug)]
pub(crate) struct Exchange {
    attempt: Attempt<Recording>,
    expectation: Expectation,
    /// Its trace, and where its time goes, if anybody wants to know.
    served: Served,
    /// Whether the client is told where the time went.
    tells_timing: bool,
    /// Whether the length of the response's body is known from the body itself, as it is of one in memory.
    is_at_hand: bool,
    /// When foreign code last came back, if there is an account.
    left: Option<Instant>,
}

/// The response that a method leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expectation {
    /// A body may follow.
    Body,
    /// `HEAD`: none follows, whatever the headers say.
    NoBody,
    /// `CONNECT`: a 2xx turns the connection into a tunnel.
    Tunnel,
}

impl Expectation {
    fn of(method: &Method) -> Self {
        match *method {
            Method::HEAD => Self::NoBody,
            Method::CONNECT => Self::Tunnel,
            _ => Self::Body,
        }
    }
}

impl Exchange {
    /// The exchange of a request that has just arrived, after it had `waited` for the service.
    pub(crate) fn arrive(
        measure: &Arc<Measure>,
        head: &RequestHead<'_>,
        waited: Option<Duration>,
    ) -> Box<Self> {
        let Measure { instruments, reading, .. } = &**measure;
        let now = Instant::now();
        let since = waited.and_then(|waited| now.checked_sub(waited)).unwrap_or(now);
        let active = ActiveKey {
            method: instruments.method(head.method),
            scheme: reading.scheme.scheme(head),
        };
        let trace = current_trace();
        // In its box from the start: to make it elsewhere is to copy it, and so it is if anything that may unwind
        // comes between.
        let mut exchange = Box::write(
            Box::new_uninit(),
            Self {
                attempt: Attempt::started_in(
                    trace,
                    since,
                    Recording::new(measure, active, Protocol::of(head.version)),
                ),
                expectation: Expectation::of(head.method),
                served: Served::new(trace, instruments.account(since)),
                tells_timing: false,
                is_at_hand: false,
                left: None,
            },
        );
        match trace {
            Some(_) if !Trace::is_decided() => exchange.served.be_sent(trace),
            None if Trace::is_wanted()
                && reading.takes_sent_traces
                && traceparent::is_sent(head.headers) =>
            {
                exchange.belong_to(head.headers);
            }
            _ => {}
        }
        exchange.attempt.record_mut().call = Call::of(head, instruments);
        // A panic in there is the request's.
        let route = exchange.attempt.run(|| measure.route(head));
        exchange.attempt.record_mut().key.route = route;
        if let Some(tells_timing) = &reading.tells_timing {
            exchange.tells_timing = exchange.attempt.run(|| tells_timing(head));
        }
        exchange
    }

    /// The exchange of a request that waits since `since`, and of which nothing else is known.
    pub(crate) fn unseen(measure: &Arc<Measure>, since: Instant) -> Box<Self> {
        let scheme = measure.reading.scheme.unsaid;
        let active = ActiveKey { method: Bounded::OTHER, scheme };
        let mut recording = Recording::new(measure, active, Protocol::Unknown);
        recording.request = RequestSize::Unknown;
        Box::new(Self {
            attempt: Attempt::started_at(since, recording),
            expectation: Expectation::Body,
            served: Served::new(current_trace(), measure.instruments.account(since)),
            tells_timing: false,
            is_at_hand: false,
            left: None,
        })
    }

    /// It belongs to the trace that the client sent, unless a tracer of the program knows better.
    #[cold]
    fn belong_to(&mut self, headers: &HeaderMap) {
        if !Trace::is_decided() {
            self.served.be_sent(traceparent::read(headers));
        }
    }

    /// Whether the route is known.
    pub(crate) fn has_route(&self) -> bool {
        self.attempt.record().key.route.is_some()
    }

    /// Measures the request's body in place, as far as its type allows; whether it is now a body that
    /// marks its request.
    #[inline]
    pub(crate) fn measure_request<B: Body + 'static>(&mut self, body: &mut B) -> bool {
        let recording = self.attempt.record_mut();
        let counts = recording.measure.instruments.counts_request_bytes();
        recording.request = RequestSize::of(body, counts);
        TypeId::of::<B>() == TypeId::of::<axum::body::Body>()
    }

    /// Where the request's body counts its bytes; `None` if there are none to count.
    pub(crate) fn count_request(&mut self, body: &impl Body) -> Option<Arc<AtomicU64>> {
        let recording = self.attempt.record_mut();
        if recording.measure.instruments.counts_request_bytes() {
            recording.request = RequestSize::counted(body);
        }
        recording.request.counter()
    }

    /// Whether it matters what becomes of an upgraded connection.
    pub(crate) fn counts_streams(&self) -> bool {
        self.attempt.record().measure.instruments.counts_streams()
    }

    /// Runs `code`, which is foreign: if it unwinds, the exchange is a panic.
    pub(crate) fn run<T>(&mut self, code: impl FnOnce() -> T) -> T {
        let running = self.enter();
        let answer = code();
        running.leave();
        answer
    }

    /// Foreign code is about to run, as in [`run`](Self::run), until it [leaves](Running::leave).
    ///
    /// So nothing that it answers is moved, be it a future or the head of a response.
    #[expect(clippy::inline_always, reason = "a struct of this size is best never made")]
    #[inline(always)]
    pub(crate) fn enter(&mut self) -> Running<'_> {
        let Self { attempt, served, left, .. } = self;
        Running::enter(attempt, served, true, left)
    }

    /// As [`enter`](Self::enter), to [leave untimed](Running::leave_untimed): nobody looks how long it takes.
    #[expect(clippy::inline_always, reason = "a struct of this size is best never made")]
    #[inline(always)]
    pub(crate) fn enter_untimed(&mut self) -> Running<'_> {
        let Self { attempt, served, left, .. } = self;
        Running::enter(attempt, served, false, left)
    }

    /// Whether the length of the response's body is known from the body itself, as it is of one in memory: its polls
    /// are not timed.
    pub(crate) fn is_at_hand(&self) -> bool {
        self.is_at_hand
    }

    /// The service failed before there was a response.
    pub(crate) fn fail<E: 'static>(&mut self, error: &E) {
        self.end(failure::of_service(error));
    }

    /// The response's body failed.
    pub(crate) fn fail_body<E: 'static>(&mut self, error: &E) {
        self.end(failure::of_body(error));
    }

    /// The body has no more; that is the end of the response unless more was promised.
    pub(crate) fn complete(&mut self) {
        let outcome = self.attempt.record().completed();
        self.end(outcome);
    }

    /// It ends as `outcome`, when foreign code last came back, and is recorded, unless it has ended before.
    pub(crate) fn end(&mut self, outcome: Outcome) {
        if !self.attempt.is_over() {
            let end = self.left.unwrap_or_else(Instant::now);
            self.attempt.belong_to(self.served.trace());
            self.attempt.finish_at(end, outcome);
        }
        if let Some(account) = self.served.account() {
            let Recording { measure, key, elapsed, .. } = self.attempt.record();
            measure.instruments.record_bill(key.route, account, *elapsed);
            self.served.forget_account();
        }
    }

    /// Whether the client may know where the time went.
    #[inline]
    pub(crate) fn tells_timing(&self) -> bool {
        self.tells_timing
    }

    /// Tells the client where the time went.
    #[cold]
    pub(crate) fn tell_timing(&mut self, headers: &mut HeaderMap) {
        if let (Some(account), Some(left)) = (self.served.account(), self.left) {
            let elapsed = left.saturating_duration_since(self.attempt.start());
            server_timing::tell(headers, elapsed, &account.so_far(left));
        }
    }

    /// Bytes of the response's body were handed to the server.
    pub(crate) fn sent(&mut self, bytes: usize) {
        self.attempt.record_mut().response_bytes += bytes as u64;
    }

    /// A frame of the response's body passes.
    pub(crate) fn read<D: Buf>(&mut self, frame: &Frame<D>, bytes: usize) {
        let Some(call) = &mut self.attempt.record_mut().call else { return };
        if let Some(trailers) = frame.trailers_ref() {
            call.read_trailers(trailers);
        }
        let Some(data) = frame.data_ref().filter(|_| call.pass(bytes)) else { return };
        // What it shows of itself is foreign code, and its panic is the body's.
        let shown = self.attempt.run(|| Shown::of(data));
        if let Some(call) = &mut self.attempt.record_mut().call {
            call.read(&shown);
        }
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
        if let (Some(account), Some(left)) = (self.served.account(), self.left) {
            account.head(left);
        }
        if recording.measure.instruments.times_first_byte() {
            recording.first_byte = Some(started.elapsed());
        }
        if let Some(call) = &mut recording.call
            && !call.answer(status, response.headers())
        {
            recording.call = None;
        }
        if self.has_no_body(status) {
            self.end(Outcome::Success);
            return None;
        }
        let body = response.body();
        let (is_empty, exact) =
            self.attempt.run(|| (body.is_end_stream(), body.size_hint().exact()));
        // Messages have no length that is known before, and nothing else is asked for its type.
        if exact.unwrap_or(0) == 0 && !self.is_call() {
            let recording = self.attempt.record_mut();
            let instruments = &recording.measure.instruments;
            recording.call = Call::shown(status, response.headers(), instruments);
        }
        self.is_at_hand = exact.is_some();
        let promised = content_length(response.headers()).or(exact);
        self.attempt.record_mut().promised_bytes = promised;
        if is_empty {
            // A server never polls such a body.
            self.complete();
            return None;
        }
        if exact.is_none() && stream::is_server_sent_events(response.headers()) {
            self.become_stream(StreamKind::ServerSentEvents);
        } else if self.streams_unknown_lengths() && promised.is_none() && !self.is_call() {
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
        let instruments = Arc::clone(&recording.measure.instruments);
        StreamOpening::new(instruments, key, self.served.trace())
    }

    fn streams_unknown_lengths(&self) -> bool {
        self.attempt.record().measure.reading.streams_unknown_lengths
    }

    /// Whether the head is all there is, whatever the headers and the body say.
    fn has_no_body(&self, status: StatusCode) -> bool {
        self.expectation == Expectation::NoBody
            || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
            || self.is_upgrade(status)
    }

    /// Whether it is a call of gRPC, whose status comes last.
    fn is_call(&self) -> bool {
        self.attempt.record().call.is_some()
    }

    /// Takes the one observation of the latency now, and goes on as a stream.
    fn become_stream(&mut self, kind: StreamKind) {
        let (open, trace) = (self.stream(kind).open(), self.served.trace());
        self.attempt.record_mut().become_stream(open, trace);
        self.end(Outcome::Success);
    }
}

impl Drop for Exchange {
    /// Whoever drops it before its end leaves; what has unwound is a panic all the same.
    #[inline]
    fn drop(&mut self) {
        if !self.attempt.is_over() || self.served.has_account() {
            self.end(Outcome::Cancelled);
        }
    }
}

/// The trace that this thread works for, if anybody wants it.
fn current_trace() -> Option<Trace> {
    if Trace::is_wanted() { Trace::current() } else { None }
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    field::find(headers, &CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use kymo_core::{ExemplarFilter, Exemplars, Serving};
    use opentelemetry::metrics::{MeterProvider, noop::NoopMeterProvider};

    use super::*;
    use crate::{instruments::Instruments, reading::Reading, settings::Settings};

    #[test]
    fn who_is_given_up_before_the_call_belongs_to_the_trace_of_that_moment() {
        let _exemplars = Exemplars::new(ExemplarFilter::default());
        let meter = NoopMeterProvider::new().meter("test");
        let instruments = Arc::new(Instruments::new(&meter, &Settings::default()));
        let measure = Arc::new(Measure::new(instruments, Arc::new(Reading::default())));
        let sent = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let trace = Trace::of_traceparent(sent);
        let serving = Serving::enter(trace);
        let mut exchange = Exchange::unseen(&measure, Instant::now());
        drop(serving);
        exchange.end(Outcome::Timeout);
        assert!(trace.is_some());
        assert_eq!(exchange.attempt.trace(), trace);
    }
}
