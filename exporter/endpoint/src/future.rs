//! The future of a scrape's response.

use std::{
    convert::Infallible,
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Instant,
};

use http::{HeaderMap, HeaderValue, Response, StatusCode, header, request::Parts};
use http_body::Body;
use tokio::sync::oneshot;

use crate::{
    access::{Client, Guard, Verdict},
    body::ScrapeBody,
    deadline::Deadline,
    dialect::Dialect,
    encoding::Encoding,
    excerpt::Excerpt,
    exchange::Exchange,
    filter::Filter,
    form::Form,
    medium::Medium,
    round::{Outcome, Ticket},
    scraper::Scraper,
    site::Site,
};

/// The future of [`Endpoint`](crate::Endpoint)'s response, for any runtime.
///
/// Dropping it does not stop a collection that has begun.
pub struct ScrapeFuture {
    state: State,
    /// Who let the request in, if anybody had to.
    guard: Option<Arc<Guard>>,
}

enum State {
    Ready(Option<Response<ScrapeBody>>),
    /// Until the password of the request was looked at.
    Asking {
        answer: oneshot::Receiver<bool>,
        request: Asked,
    },
    Waiting {
        ticket: Ticket,
        scrape: Scrape,
        exchange: Exchange,
    },
}

/// The answer to a request that is let in.
pub(crate) enum Asked {
    Sentence(Box<Response<ScrapeBody>>),
    Scrape(Scrape),
    /// A page beside the metrics, which nobody looks at who is not let in.
    Site(Site, Box<Parts>),
}

/// A scrape that is asked for.
pub(crate) struct Scrape {
    pub(crate) scraper: Arc<Scraper>,
    pub(crate) deadline: Deadline,
    pub(crate) dialect: Dialect,
    pub(crate) encoding: Encoding,
    pub(crate) filter: Filter,
    /// Nothing that was collected before is wanted.
    pub(crate) since: Option<Instant>,
    pub(crate) head_only: bool,
}

impl ScrapeFuture {
    /// Answers whoever asks.
    pub(crate) fn of(request: Asked) -> Self {
        Self { state: request.begin(), guard: None }
    }

    /// Answers what is asked with `headers` if `guard` lets `client` in.
    pub(crate) fn guarded(
        guard: &Arc<Guard>,
        client: &Client,
        headers: &HeaderMap,
        request: Asked,
    ) -> Self {
        let state = match guard.judge(&guard.rules(), client, headers) {
            Verdict::Admitted => request.begin(),
            Verdict::Refused(refusal) => State::Ready(Some(guard.refuse(refusal))),
            Verdict::Waiting(answer) => State::Asking { answer, request },
        };
        Self { state, guard: Some(Arc::clone(guard)) }
    }

    /// Waits no more, and says so: there may be a document that nobody else wants.
    fn give_up(&mut self) {
        let state = std::mem::replace(&mut self.state, State::Ready(None));
        if let State::Waiting { ticket, scrape, .. } = state {
            drop(ticket);
            scrape.scraper.put_down();
        }
    }

    /// Responds with what came of the scrape that was waited for.
    fn answer(&mut self, outcome: Outcome) {
        let state = std::mem::replace(&mut self.state, State::Ready(None));
        if let State::Waiting { ticket, scrape, exchange } = state {
            let response = respond(outcome, &scrape, exchange);
            self.state = State::Ready(Some(response));
            drop(ticket);
            scrape.scraper.put_down();
        }
    }

    /// Goes on with a request whose password is right, or not, or was not looked at in time.
    fn conclude(&mut self, found: Option<bool>) {
        let state = std::mem::replace(&mut self.state, State::Ready(None));
        if let (State::Asking { request, .. }, Some(guard)) = (state, &self.guard) {
            self.state = match guard.conclude(found) {
                Ok(()) => request.begin(),
                Err(refusal) => State::Ready(Some(guard.refuse(refusal))),
            };
        }
    }
}

impl Asked {
    /// That there is nothing to be scraped.
    pub(crate) fn sentence(response: Response<ScrapeBody>) -> Self {
        Self::Sentence(Box::new(response))
    }

    /// Whether it is a scrape of everything.
    pub(crate) fn is_whole(&self) -> bool {
        match self {
            Self::Sentence(_) | Self::Site(..) => false,
            Self::Scrape(scrape) => scrape.filter.is_all() && !scrape.head_only,
        }
    }

    /// The same, of nothing that was collected before `since`.
    pub(crate) fn collected_since(self, since: Instant) -> Self {
        match self {
            Self::Sentence(_) | Self::Site(..) => self,
            Self::Scrape(scrape) => Self::Scrape(Scrape { since: Some(since), ..scrape }),
        }
    }

    fn begin(self) -> State {
        match self {
            Self::Sentence(response) => State::Ready(Some(*response)),
            Self::Site(site, request) => State::Ready(Some(site.answer(&request))),
            Self::Scrape(scrape) => {
                let Scrape { scraper, deadline, dialect, encoding, filter, since, .. } = &scrape;
                let wanted = (*dialect, *encoding);
                let exchange = Exchange::begin(&scraper.observer, Medium::Page(dialect.format));
                match scraper.ask(*deadline, wanted, filter, *since) {
                    Ok(ticket) => State::Waiting { ticket, scrape, exchange },
                    Err(outcome) => State::Ready(Some(respond(outcome, &scrape, exchange))),
                }
            }
        }
    }
}

impl Future for ScrapeFuture {
    type Output = Result<Response<ScrapeBody>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let State::Asking { answer, .. } = &mut self.state {
            let found = ready!(Pin::new(answer).poll(cx)).ok();
            self.conclude(found);
        }
        if let State::Waiting { ticket, .. } = &mut self.state {
            let outcome = ready!(Pin::new(ticket).poll(cx));
            self.answer(outcome);
        }
        let State::Ready(response) = &mut self.state else { return Poll::Pending };
        // A future is not polled again after it is ready; if it is, there is nothing more to say.
        let Some(mut response) = response.take() else { return Poll::Pending };
        if let Some(guard) = &self.guard {
            guard.dress(&mut response);
        }
        Poll::Ready(Ok(response))
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
fn respond(outcome: Outcome, scrape: &Scrape, exchange: Exchange) -> Response<ScrapeBody> {
    let found = match outcome {
        // A page in another dialect would be read as what its header says, and is for others.
        Outcome::Document(document) => match document.find(scrape.dialect) {
            Some(page) => Ok((document, page)),
            None => Err(Outcome::Late),
        },
        outcome => Err(outcome),
    };
    let (document, page) = match found {
        Ok(found) => found,
        Err(outcome) => {
            exchange.fail(&outcome);
            return failed(&outcome);
        }
    };
    let scraper = Arc::clone(&scrape.scraper);
    let time = scrape.deadline.answer.saturating_duration_since(Instant::now());
    let (body, encoding) = if scrape.filter.is_all() {
        let encoding = document.encoding(page, scrape.encoding);
        let form = Form::Page(page, encoding);
        (ScrapeBody::document(document, form, scraper, time), encoding)
    } else {
        let places = document.page(page).map(|page| page.contents.excerpt(&scrape.filter));
        let excerpt = Excerpt::new(places.unwrap_or_default());
        let form = Form::Page(page, Encoding::Identity);
        (ScrapeBody::excerpt(document, form, excerpt, scraper, time), Encoding::Identity)
    };
    let length = HeaderValue::from(body.size_hint().lower());
    // Who wants the head alone puts the document down at once.
    let (body, exchange) = if scrape.head_only {
        (ScrapeBody::empty(), exchange)
    } else {
        (body, exchange.send(encoding))
    };
    let mut response = Response::new(body.measured(exchange));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, scrape.dialect.content_type());
    headers.insert(header::CONTENT_LENGTH, length);
    headers.insert(header::VARY, HeaderValue::from_static("accept, accept-encoding"));
    if let Some(name) = encoding.name() {
        headers.insert(header::CONTENT_ENCODING, name);
    }
    response
}

/// The response to a scrape that got no page.
fn failed(outcome: &Outcome) -> Response<ScrapeBody> {
    let sentence = outcome.sentence();
    match outcome {
        Outcome::Panicked => text(StatusCode::INTERNAL_SERVER_ERROR, sentence),
        _ => later(sentence),
    }
}

/// A response that asks to come again.
fn later(sentence: &'static str) -> Response<ScrapeBody> {
    let mut response = text(StatusCode::SERVICE_UNAVAILABLE, sentence);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

#[cfg(test)]
mod tests {
    use kymo_exposition::{Format, Sink, Source};

    use super::*;
    use crate::{document::Document, form::Rendering, page::Page};

    struct Nothing;

    impl Source for Nothing {
        fn collect(&self, _: &mut dyn Sink) {}
    }

    #[test]
    fn nobody_gets_a_page_in_another_dialect_than_its_header_says() {
        let scraper = Arc::new(Scraper::new(Box::new(Nothing)));
        let openmetrics = Dialect { format: Format::OpenMetrics100, ..Dialect::PLAIN };
        for (dialect, expected) in
            [(Dialect::PLAIN, StatusCode::OK), (openmetrics, StatusCode::SERVICE_UNAVAILABLE)]
        {
            let page = Rendering::new(Dialect::PLAIN, Page::default(), Vec::new());
            let document = Arc::new(Document::of(vec![page]));
            let scrape = Scrape {
                scraper: Arc::clone(&scraper),
                deadline: Deadline::of(&HeaderMap::new(), Instant::now()),
                dialect,
                encoding: Encoding::Identity,
                filter: Filter::All,
                since: None,
                head_only: false,
            };
            let exchange = Exchange::begin(&scraper.observer, Medium::Page(dialect.format));
            let response = respond(Outcome::Document(document), &scrape, exchange);
            assert_eq!(response.status(), expected, "{dialect:?}");
        }
    }
}
