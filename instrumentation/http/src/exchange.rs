//! One request and its response, recorded exactly once.

use std::{
    any::TypeId,
    sync::{Arc, atomic::AtomicU64},
    time::{Duration, Instant},
};

use http::{HeaderMap, Method, Response, StatusCode, header::CONTENT_LENGTH};
use http_body::Body;
use kymo_core::{InFlight, Outcome};

use crate::{
    RequestHead, failure,
    instruments::Instruments,
    mark,
    protocol::Protocol,
    reading::Reading,
    request_size::RequestSize,
    series::{ActiveKey, ExchangeKey, ExchangeSeries, Status, StreamKey, StreamKind},
    stream::{self, OpenStream},
};

/// One request and its response, from the arrival of the head until the end of the body.
///
/// It is made on arrival, travels in the response's future and then in the response's body, and
/// records itself when dropped, wherever that happens. Until it is told otherwise its outcome is
/// [`Outcome::Cancelled`]; while foreign code runs it is [`Outcome::Panic`], because unwinding is
/// the one way to leave that code without saying how it went.
///
/// It is boxed, because futures and bodies are moved many times on their way through a server.
#[derive(Debug)]
pub(crate) struct Exchange {
    instruments: Arc<Instruments>,
    started: Instant,
    key: ExchangeKey,
    expectation: Expectation,
    request: RequestSize,
    response_bytes: u64,
    promised_bytes: Option<u64>,
    first_byte: Option<Duration>,
    streaming: Option<Box<Streaming>>,
    in_flight: Option<InFlight>,
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

/// What an exchange becomes when its latency is recorded and its body goes on.
#[derive(Debug)]
struct Streaming {
    series: Arc<ExchangeSeries>,
    _open: OpenStream,
}

#[expect(
    clippy::boxed_local,
    clippy::unnecessary_box_returns,
    reason = "an exchange is boxed from its first moment to its last"
)]
impl Exchange {
    /// The exchange of a request that has just arrived.
    pub(crate) fn arrive(
        instruments: &Arc<Instruments>,
        reading: &Reading,
        head: &RequestHead<'_>,
    ) -> Box<Self> {
        let method = instruments.method(head.method);
        let scheme = reading.scheme.scheme(head);
        let mut exchange = Box::new(Self {
            started: Instant::now(),
            key: ExchangeKey {
                method,
                scheme,
                protocol: Protocol::of(head.version),
                route: None,
                status: Status::NotSent,
                outcome: Outcome::Panic,
            },
            expectation: match *head.method {
                Method::HEAD => Expectation::NoBody,
                Method::CONNECT => Expectation::Tunnel,
                _ => Expectation::Body,
            },
            request: RequestSize::Declared(0),
            response_bytes: 0,
            promised_bytes: None,
            first_byte: None,
            streaming: None,
            in_flight: instruments.enter(ActiveKey { method, scheme }),
            instruments: Arc::clone(instruments),
        });
        exchange.key.route = reading.route(head).map(|route| instruments.route(&route));
        exchange.leave();
        exchange
    }

    /// Measures the request's body in place, as far as its type allows; whether it was replaced by
    /// a measured one.
    pub(crate) fn measure_request<B: Body + 'static>(&mut self, body: &mut B) -> bool {
        let counts = self.instruments.counts_request_bytes();
        if counts {
            self.request = RequestSize::of(body);
        }
        counts && TypeId::of::<B>() == TypeId::of::<axum::body::Body>()
    }

    /// Where the request's body counts its bytes; `None` if there are none to count.
    pub(crate) fn count_request(&mut self, body: &impl Body) -> Option<Arc<AtomicU64>> {
        if self.instruments.counts_request_bytes() {
            self.request = RequestSize::counted(body);
        }
        self.request.counter()
    }

    /// Whether it matters what becomes of an upgraded connection.
    pub(crate) fn counts_streams(&self) -> bool {
        self.instruments.counts_streams()
    }

    /// Foreign code is about to run.
    pub(crate) fn enter(&mut self) {
        mark::set_inside(true);
        self.set_outcome(Outcome::Panic);
    }

    /// Foreign code returned, and is not done.
    pub(crate) fn leave(&mut self) {
        mark::set_inside(false);
        self.set_outcome(Outcome::Cancelled);
    }

    /// The service failed before there was a response.
    pub(crate) fn fail<E: 'static>(mut self: Box<Self>, error: &E) {
        self.set_outcome(failure::of_service(error));
    }

    /// The response's body failed.
    pub(crate) fn fail_body<E: 'static>(mut self: Box<Self>, error: &E) {
        self.set_outcome(failure::of_body(error));
    }

    /// The last of the response was handed to the server.
    pub(crate) fn complete(mut self: Box<Self>) {
        self.set_outcome(Outcome::Success);
    }

    /// Bytes of the response's body were handed to the server.
    pub(crate) fn sent(&mut self, bytes: usize) {
        self.response_bytes += bytes as u64;
    }

    /// The response's body was polled and has more to come, be it only trailers.
    pub(crate) fn await_more(&mut self) {
        if self.promised_bytes == Some(0) {
            self.promised_bytes = None;
        }
    }

    /// The head of the response is there; returns the exchange if its body is still to come.
    pub(crate) fn respond<B: Body>(
        mut self: Box<Self>,
        response: &Response<B>,
    ) -> Option<Box<Self>> {
        let status = response.status();
        self.key.status = Status::Sent(status.as_u16());
        if self.instruments.times_first_byte() {
            self.first_byte = Some(self.started.elapsed());
        }
        self.enter();
        let is_complete = self.is_complete(status, response.body()) || self.is_upgrade(status);
        let exact = response.body().size_hint().exact();
        self.leave();
        if is_complete {
            self.complete();
            return None;
        }
        self.promised_bytes = exact.or_else(|| content_length(response.headers()));
        // A body whose length is known is no endless stream.
        if exact.is_none() && stream::is_server_sent_events(response.headers()) {
            self.become_stream();
        }
        Some(self)
    }

    /// Whether a response with this status hands the connection to another protocol.
    pub(crate) fn is_upgrade(&self, status: StatusCode) -> bool {
        status == StatusCode::SWITCHING_PROTOCOLS
            || (self.expectation == Expectation::Tunnel && status.is_success())
    }

    /// Counts an upgraded connection of this exchange, until what is returned is dropped.
    pub(crate) fn open_stream(&self, kind: StreamKind) -> OpenStream {
        self.instruments.open_stream(StreamKey { route: self.key.route, kind })
    }

    /// Whether nothing follows the head: a server never polls such a body.
    fn is_complete(&self, status: StatusCode, body: &impl Body) -> bool {
        self.expectation == Expectation::NoBody
            || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
            || body.is_end_stream()
    }

    /// Takes the one observation of the latency now, and goes on as a stream.
    fn become_stream(&mut self) {
        self.key.outcome = Outcome::Success;
        let series = self.instruments.series(self.key);
        self.record_latency(&series);
        let open = self.open_stream(StreamKind::ServerSentEvents);
        self.streaming = Some(Box::new(Streaming { series, _open: open }));
        self.in_flight = None;
    }

    fn record_latency(&self, series: &ExchangeSeries) {
        if let Some(duration) = &series.duration {
            duration.record(self.started.elapsed().as_secs_f64());
        }
        if let (Some(histogram), Some(first_byte)) = (&series.first_byte, self.first_byte) {
            histogram.record(first_byte.as_secs_f64());
        }
    }

    fn record_sizes(&self, series: &ExchangeSeries) {
        if let (Some(size), Some(bytes)) = (&series.request_body_size, self.request.bytes()) {
            size.record(bytes);
        }
        if let Some(size) = &series.response_body_size {
            size.record(self.response_bytes);
        }
    }

    /// A stream keeps the outcome of its head: its latency is already recorded under it.
    fn set_outcome(&mut self, outcome: Outcome) {
        if self.streaming.is_none() {
            self.key.outcome = outcome;
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        // After a panic nobody has left the code that was entered.
        mark::set_inside(false);
        if let Some(streaming) = &self.streaming {
            return self.record_sizes(&streaming.series);
        }
        // A server drops a body of known length once it has all of it, without asking for its end.
        if self.key.outcome == Outcome::Cancelled
            && self.promised_bytes == Some(self.response_bytes)
        {
            self.key.outcome = Outcome::Success;
        }
        self.instruments.record(self.key, |series| {
            self.record_latency(series);
            self.record_sizes(series);
        });
    }
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
