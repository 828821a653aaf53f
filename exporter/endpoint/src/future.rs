//! The future of a scrape's response.

use std::{
    convert::Infallible,
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use http::{HeaderValue, Response, StatusCode, header};
use kymo_exposition::text::CONTENT_TYPE;

use crate::{
    body::ScrapeBody,
    deadline::Deadline,
    round::{Outcome, Ticket},
    scraper::Scraper,
};

/// The future of [`Endpoint`](crate::Endpoint)'s response, for any runtime.
///
/// Dropping it does not stop a collection that has begun.
pub struct ScrapeFuture(State);

enum State {
    Ready(Option<Response<ScrapeBody>>),
    Waiting { ticket: Ticket, scraper: Arc<Scraper>, head_only: bool },
}

impl ScrapeFuture {
    pub(crate) fn ready(response: Response<ScrapeBody>) -> Self {
        Self(State::Ready(Some(response)))
    }

    /// Waits no more, and says so: there may be a document that nobody else wants.
    fn give_up(&mut self) {
        let state = std::mem::replace(&mut self.0, State::Ready(None));
        if let State::Waiting { ticket, scraper, .. } = state {
            drop(ticket);
            scraper.put_down();
        }
    }

    pub(crate) fn scrape(scraper: &Arc<Scraper>, deadline: Deadline, head_only: bool) -> Self {
        match scraper.ask(deadline) {
            Ok(ticket) => Self(State::Waiting { ticket, scraper: Arc::clone(scraper), head_only }),
            Err(outcome) => Self::ready(respond(outcome, scraper, head_only)),
        }
    }
}

impl Future for ScrapeFuture {
    type Output = Result<Response<ScrapeBody>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let State::Waiting { ticket, scraper, head_only } = &mut self.0 {
            let outcome = ready!(Pin::new(ticket).poll(cx));
            let response = respond(outcome, scraper, *head_only);
            self.give_up();
            self.0 = State::Ready(Some(response));
        }
        let State::Ready(response) = &mut self.0 else { return Poll::Pending };
        // A future is not polled again after it is ready; if it is, there is nothing more to say.
        response.take().map_or(Poll::Pending, |response| Poll::Ready(Ok(response)))
    }
}

impl Drop for ScrapeFuture {
    fn drop(&mut self) {
        self.give_up();
    }
}

impl fmt::Debug for ScrapeFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScrapeFuture").finish_non_exhaustive()
    }
}

/// A response of one sentence.
pub(crate) fn text(status: StatusCode, sentence: &'static str) -> Response<ScrapeBody> {
    let mut response = Response::new(ScrapeBody::sentence(sentence));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

/// The response to a scrape.
fn respond(outcome: Outcome, scraper: &Arc<Scraper>, head_only: bool) -> Response<ScrapeBody> {
    let document = match outcome {
        Outcome::Document(document) => document,
        Outcome::Panicked => return text(StatusCode::INTERNAL_SERVER_ERROR, PANICKED),
        Outcome::Late => return later(LATE),
        Outcome::Busy => return later(BUSY),
        Outcome::NoThread => return later(NO_THREAD),
    };
    let length = HeaderValue::from(document.len());
    let body = if head_only {
        ScrapeBody::empty()
    } else {
        ScrapeBody::document(document, Arc::clone(scraper))
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
    headers.insert(header::CONTENT_LENGTH, length);
    response
}

/// A response that asks to come again.
fn later(sentence: &'static str) -> Response<ScrapeBody> {
    let mut response = text(StatusCode::SERVICE_UNAVAILABLE, sentence);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

const BUSY: &str = "Too many scrapes wait for one that does not end; scrape again later.\n";
const LATE: &str = "The metrics were not collected in time; scrape again later.\n";
const NO_THREAD: &str =
    "The system has no thread left to collect the metrics; scrape again later.\n";
const PANICKED: &str = "The metrics could not be collected: a source of metrics panicked.\n";
