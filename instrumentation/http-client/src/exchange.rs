//! One request of a client and its response, recorded exactly once.

use std::time::Instant;

use http::{
    HeaderMap, HeaderValue, Method, Response, StatusCode,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
};
use http_body::Body;
use kymo_core::{Attempt, Outcome};

use crate::{
    Outgoing, failure, measure::Measure, recording::Recording, redirect::Redirect, series::Status,
    version,
};

/// One request of a client and its response, from the call of the client until the end of the body.
///
/// It is made with the call, travels in the response's future and then in the response's body, and records
/// itself when dropped, wherever that happens: [`Attempt`] says as what.
#[derive(Debug)]
pub(crate) struct Exchange {
    attempt: Attempt<Recording>,
    method: Method,
    /// When the head of the response was there.
    head: Option<Instant>,
    /// Whether anybody polled its future.
    was_polled: bool,
    /// Whether anybody asked for the body.
    was_read: bool,
}

impl Exchange {
    /// The exchange of a request that is about to be sent, or was at `moment`.
    pub(crate) fn begin(measure: &Measure, request: &Outgoing<'_>, moment: Instant) -> Box<Self> {
        let active = measure.instruments.describe(request, &measure.reading);
        let recording = Recording::new(measure.clone(), active);
        Box::new(Self {
            attempt: Attempt::resting_since(moment, recording),
            method: request.method.clone(),
            head: None,
            was_polled: false,
            was_read: false,
        })
    }

    /// Somebody waits for the head of the response: from the beginning on, wherever its future went since.
    pub(crate) fn wait(&mut self) {
        if !self.was_polled {
            self.was_polled = true;
            let began = self.attempt.start();
            self.attempt.go_on(|| began);
        }
    }

    /// Runs `code`, which is foreign: if it unwinds, the exchange is a panic.
    pub(crate) fn run<T>(&mut self, code: impl FnOnce() -> T) -> T {
        self.attempt.run(code)
    }

    /// The client was redirected, and goes on by itself: what was answered is over, and the next request
    /// has begun.
    pub(crate) fn redirect(&mut self, redirect: &Redirect) {
        self.attempt.record_mut().key.status = Status::Received(redirect.status);
        self.attempt.finish_at(redirect.at, Outcome::Success);
        let method = redirect.method_after(&self.method);
        let next = Outgoing::new(&method, redirect.target());
        *self = *Self::begin(&self.attempt.record().measure, &next, redirect.at);
        self.wait();
    }

    /// The client failed before there was a response.
    pub(crate) fn fail<E: 'static>(&mut self, error: &E) {
        let outcome = failure::of_client(&self.attempt.record().measure.reading, error);
        self.attempt.decide(outcome);
    }

    /// The response's body failed.
    pub(crate) fn fail_body<E: 'static>(&mut self, error: &E) {
        let outcome = failure::of_body(&self.attempt.record().measure.reading, error);
        self.attempt.decide(outcome);
    }

    /// The body has no more; that is the end of the response unless more was promised.
    pub(crate) fn complete(&mut self) {
        let outcome = self.attempt.record().completed();
        self.attempt.decide(outcome);
    }

    /// Somebody asks for the body.
    pub(crate) fn read(&mut self) {
        if !self.was_read {
            self.was_read = true;
            self.attempt.go_on(Instant::now);
        }
    }

    /// Bytes of the response's body were handed to the program.
    pub(crate) fn received(&mut self, bytes: usize) {
        self.attempt.record_mut().received_bytes += bytes as u64;
    }

    /// The body is gone. If nobody asked for it, the head was all that the program wanted, and the request
    /// lasted until then.
    pub(crate) fn close(&mut self) {
        if let Some(head) = self.head.filter(|_| !self.was_read) {
            self.attempt.finish_at(head, Outcome::Success);
        }
    }

    /// The head of the response is there; returns the exchange if its body is still to come.
    pub(crate) fn respond<B: Body>(
        mut self: Box<Self>,
        response: &Response<B>,
    ) -> Option<Box<Self>> {
        let status = response.status();
        let head = Instant::now();
        self.head = Some(head);
        let recording = self.attempt.record_mut();
        recording.key.status = Status::Received(status);
        recording.key.version = version::of(response.version());
        if self.has_no_body(status) {
            self.attempt.decide(Outcome::Success);
            return None;
        }
        let body = response.body();
        let (is_empty, exact) =
            self.attempt.run(|| (body.is_end_stream(), body.size_hint().exact()));
        let promised = content_length(response.headers()).or(exact);
        self.attempt.record_mut().promised_bytes = promised;
        if is_empty {
            // Nobody need poll such a body.
            self.complete();
            return None;
        }
        if exact.is_none() && is_server_sent_events(response.headers()) {
            // What follows is a stream, and as long as the program wants it.
            self.attempt.decide(Outcome::Success);
            return None;
        }
        // Nobody waits for the body before it is asked for.
        self.attempt.rest_at(head);
        Some(self)
    }

    /// Whether the head is all there is, whatever the headers and the body say.
    fn has_no_body(&self, status: StatusCode) -> bool {
        let is_tunnel = self.method == Method::CONNECT && status.is_success();
        self.method == Method::HEAD
            || is_tunnel
            || matches!(
                status,
                StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED | StatusCode::SWITCHING_PROTOCOLS
            )
    }
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Whether a response with these headers is a stream of server-sent events.
fn is_server_sent_events(headers: &HeaderMap) -> bool {
    let media_type = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    let essence = media_type.and_then(|value| value.split(|byte| *byte == b';').next());
    essence.is_some_and(|essence| essence.trim_ascii().eq_ignore_ascii_case(b"text/event-stream"))
}
