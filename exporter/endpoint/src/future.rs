//! The future of a scrape's response.

use std::{
    convert::Infallible,
    fmt,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::Full;
use kymo_exposition::text::CONTENT_TYPE;
use tokio::{runtime::Handle, task::JoinHandle};

use crate::scrape::{Scraper, Turn};

pub(crate) type ResponseBody = Full<Bytes>;

/// The future of [`Endpoint`](crate::Endpoint)'s response.
///
/// Dropping it does not stop a scrape that has begun; its document is thrown away.
pub struct ScrapeFuture {
    state: State,
    head_only: bool,
}

enum State {
    Ready(Option<Response<ResponseBody>>),
    Scraping(JoinHandle<Vec<u8>>),
}

impl ScrapeFuture {
    pub(crate) fn ready(response: Response<ResponseBody>) -> Self {
        Self { state: State::Ready(Some(response)), head_only: false }
    }

    pub(crate) fn scrape(scraper: &Arc<Scraper>, head_only: bool) -> Self {
        let Some(turn) = scraper.turn() else {
            return Self::ready(text(StatusCode::SERVICE_UNAVAILABLE, BUSY));
        };
        match Handle::try_current() {
            Ok(runtime) => {
                let scraping = runtime.spawn_blocking(move || turn.scrape());
                Self { state: State::Scraping(scraping), head_only }
            }
            Err(_) => Self::ready(respond(scrape_here(turn), head_only)),
        }
    }
}

impl Future for ScrapeFuture {
    type Output = Result<Response<ResponseBody>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let head_only = self.head_only;
        let response = match &mut self.state {
            State::Ready(response) => response.take(),
            State::Scraping(scraping) => {
                let document = ready!(Pin::new(scraping).poll(cx));
                Some(respond(document.ok(), head_only))
            }
        };
        // A future is not polled again after it is ready; if it is, there is nothing more to say.
        response.map_or(Poll::Pending, |response| Poll::Ready(Ok(response)))
    }
}

impl fmt::Debug for ScrapeFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScrapeFuture").finish_non_exhaustive()
    }
}

/// A response of one sentence.
pub(crate) fn text(status: StatusCode, sentence: &'static str) -> Response<ResponseBody> {
    let mut response = Response::new(Full::from(sentence));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

fn scrape_here(turn: Turn) -> Option<Vec<u8>> {
    catch_unwind(AssertUnwindSafe(|| turn.scrape())).ok()
}

/// The response to a scrape that wrote `document`, or panicked.
fn respond(document: Option<Vec<u8>>, head_only: bool) -> Response<ResponseBody> {
    let Some(document) = document else {
        return text(StatusCode::INTERNAL_SERVER_ERROR, PANICKED);
    };
    let length = HeaderValue::from(document.len());
    let body = if head_only { Bytes::new() } else { Bytes::from(document) };
    let mut response = Response::new(Full::new(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
    headers.insert(header::CONTENT_LENGTH, length);
    response
}

const BUSY: &str = "Too many scrapes are under way; scrape again later.\n";
const PANICKED: &str = "The metrics could not be collected: a source of metrics panicked.\n";
