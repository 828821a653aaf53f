//! The record of an exchange.

use std::{mem, sync::Arc, time::Duration};

use kymo_core::{Outcome, Record, Serving, Trace};

use crate::{
    failure,
    grpc::Call,
    measure::Measure,
    protocol::Protocol,
    request_size::RequestSize,
    series::{ActiveKey, ExchangeKey, ExchangeSeries, Status},
    stream::OpenStream,
};

/// Holds all that is known of an exchange so far, and records it.
#[derive(Debug)]
pub(crate) struct Recording {
    pub(crate) measure: Arc<Measure>,
    pub(crate) key: ExchangeKey,
    pub(crate) request: RequestSize,
    pub(crate) response_bytes: u64,
    /// The length of the response's body, as its head or the body itself promised.
    pub(crate) promised_bytes: Option<u64>,
    pub(crate) first_byte: Option<Duration>,
    /// The call of gRPC that the exchange is, if it is one.
    pub(crate) call: Option<Box<Call>>,
    streaming: Option<Box<Streaming>>,
    /// The latency that was recorded.
    pub(crate) elapsed: Duration,
    /// Whether it counts as a request under way.
    is_active: bool,
}

/// An exchange whose latency is recorded, and whose body goes on.
#[derive(Debug)]
struct Streaming {
    series: Option<Arc<ExchangeSeries>>,
    /// That of its request.
    trace: Option<Trace>,
    _open: OpenStream,
}

impl Recording {
    /// Nothing is known yet but what `active` says; the request counts as active from now on.
    #[inline]
    pub(crate) fn new(measure: &Arc<Measure>, active: ActiveKey, protocol: Protocol) -> Self {
        let ActiveKey { method, scheme } = active;
        measure.instruments.enter(active);
        Self {
            measure: Arc::clone(measure),
            key: ExchangeKey {
                method,
                is_head: measure.instruments.is_head(method),
                scheme,
                protocol,
                route: None,
                status: Status::NotSent,
                outcome: Outcome::Cancelled,
            },
            request: RequestSize::Declared(0),
            response_bytes: 0,
            promised_bytes: None,
            first_byte: None,
            call: None,
            streaming: None,
            elapsed: Duration::ZERO,
            is_active: true,
        }
    }

    /// The latency, which is recorded next, is all of the request; what follows is a stream.
    pub(crate) fn become_stream(&mut self, open: OpenStream, trace: Option<Trace>) {
        self.streaming = Some(Box::new(Streaming { series: None, trace, _open: open }));
    }

    /// The outcome of a response whose body has no more: a client that was promised more got a
    /// broken message (RFC 9112, section 8).
    pub(crate) fn completed(&self) -> Outcome {
        match self.promised_bytes {
            Some(promised) if self.response_bytes < promised => failure::of_short_body(),
            _ => Outcome::Success,
        }
    }

    /// Whether a body was dropped because the server had all of it: it does not ask for its end. The
    /// status of a call comes behind what was promised.
    fn is_delivered(&self) -> bool {
        self.promised_bytes.is_some_and(|promised| self.response_bytes >= promised)
            && self.call.as_ref().is_none_or(|call| !call.awaits_status())
    }

    /// It does not count as a request under way any more.
    #[inline]
    fn leave(&mut self) {
        if mem::take(&mut self.is_active) {
            let ExchangeKey { method, scheme, .. } = self.key;
            self.measure.instruments.leave(ActiveKey { method, scheme });
        }
    }

    #[inline]
    fn record_latency(&self, series: &ExchangeSeries, elapsed: Duration) {
        if let Some(duration) = &series.duration {
            duration.record(elapsed.as_secs_f64());
        }
        if let (Some(histogram), Some(first_byte)) = (&series.first_byte, self.first_byte) {
            histogram.record(first_byte.as_secs_f64());
        }
    }

    /// Records the latency of a stream, whose sizes are known later.
    #[cold]
    fn record_stream(&mut self, elapsed: Duration) {
        let series = self.measure.instruments.series(self.key);
        self.record_latency(&series, elapsed);
        if let Some(streaming) = &mut self.streaming {
            streaming.series = Some(series);
        }
    }

    #[inline]
    fn record_sizes(&self, series: &ExchangeSeries) {
        if let (Some(size), Some(bytes)) = (&series.request_body_size, self.request.bytes()) {
            size.record(bytes);
        }
        if let Some(size) = &series.response_body_size {
            size.record(self.response_bytes);
        }
    }
}

impl Recording {
    /// The sizes of a stream are known when it has ended.
    #[cold]
    fn end_stream(&self) {
        if let Some(streaming) = self.streaming.as_ref()
            && let Some(series) = &streaming.series
        {
            // Whatever is current where the body is dropped.
            let _serving = Serving::record(streaming.trace);
            self.record_sizes(series);
        }
    }
}

impl Record for Recording {
    #[inline]
    fn record(&mut self, elapsed: Duration, outcome: Outcome) {
        let outcome = match outcome {
            Outcome::Cancelled if self.is_delivered() => Outcome::Success,
            outcome => outcome,
        };
        self.key.end(match &mut self.call {
            Some(call) => call.record(self.measure.instruments.calls(), elapsed, outcome),
            None => outcome,
        });
        self.elapsed = elapsed;
        if self.streaming.is_none() {
            self.measure.record(&self.key, |series| {
                self.record_latency(series, elapsed);
                self.record_sizes(series);
            });
        } else {
            self.record_stream(elapsed);
        }
        self.leave();
    }
}

impl Drop for Recording {
    #[inline]
    fn drop(&mut self) {
        self.leave();
        if self.streaming.is_some() {
            self.end_stream();
        }
    }
}
