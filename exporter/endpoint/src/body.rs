//! The body of a response.

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::{
    activity::Answering,
    document::{Document, Pace},
    excerpt::Excerpt,
    exchange::Exchange,
    form::Form,
    last_scrape::LastScrape,
    scraper::Scraper,
};

/// The body of an [`Endpoint`](crate::Endpoint)'s response: a document that it shares with all who asked at
/// the same time, or a sentence.
///
/// It fails where a client reads so slowly that its document is withdrawn: half a minute after the document
/// was last handed out. Where others need the room, that is as soon as all who have it stopped to read, for a
/// second or two, or after 5 s if all of them together take less than 256 KiB a second, and less than it takes to
/// be done within the time-out of their scrape. A listener of the endpoint's own sees what the system has sent;
/// in a router, what waits in the buffers of its server counts for two seconds at most.
pub struct ScrapeBody {
    content: Content,
    /// Held for as long as this is.
    answering: Option<Answering>,
    /// The scrape that it is the page of.
    exchange: Option<Exchange>,
    /// Told when all of it is sent.
    last: Option<Arc<LastScrape>>,
    /// Whether it is over only when it says so. Over HTTP/2 a client can leave while the last of it waits for
    /// room; over HTTP/1 that ends the connection.
    is_open: bool,
}

/// The document of a response was withdrawn before the client had read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the client reads its scrape too slowly")]
#[non_exhaustive]
pub struct Withdrawn;

enum Content {
    Sentence(Bytes),
    Document(Reading),
}

impl ScrapeBody {
    pub(crate) fn empty() -> Self {
        Self::sentence("")
    }

    pub(crate) fn sentence(sentence: &'static str) -> Self {
        Self::bytes(Bytes::from_static(sentence.as_bytes()))
    }

    /// What is in memory whole, and shared with others.
    pub(crate) fn bytes(bytes: Bytes) -> Self {
        Self::of(Content::Sentence(bytes))
    }

    /// The whole of a document in a form, for a reader who has so much time for it.
    pub(crate) fn document(
        document: Arc<Document>,
        form: Form,
        scraper: Arc<Scraper>,
        time: Duration,
    ) -> Self {
        let left = document.len(form);
        Self::of(Content::Document(Reading {
            document: Some(document),
            form,
            scraper,
            pace: Pace::of(left, time),
            next: 0,
            left,
            excerpt: None,
        }))
    }

    /// Some of a form of a document, for a reader who has so much time for it.
    pub(crate) fn excerpt(
        document: Arc<Document>,
        form: Form,
        excerpt: Excerpt,
        scraper: Arc<Scraper>,
        time: Duration,
    ) -> Self {
        Self::of(Content::Document(Reading {
            document: Some(document),
            form,
            scraper,
            pace: Pace::of(excerpt.len(), time),
            next: 0,
            left: excerpt.len(),
            excerpt: Some(excerpt),
        }))
    }

    fn of(content: Content) -> Self {
        Self { content, answering: None, exchange: None, last: None, is_open: false }
    }

    /// Measures `exchange` when all of it is written, or nobody wants it any more.
    pub(crate) fn measured(self, exchange: Exchange) -> Self {
        let mut body = Self { exchange: Some(exchange), ..self };
        body.end_if_over();
        body
    }

    /// Tells `last` when all of it is sent, over HTTP/2 or HTTP/1, if it is [held](Self::held) then.
    pub(crate) fn told(self, last: Arc<LastScrape>, is_http2: bool) -> Self {
        Self { last: Some(last), is_open: is_http2, ..self }
    }

    /// Holds `answering` until it is written, or nobody wants it any more.
    pub(crate) fn held(self, answering: Answering) -> Self {
        let mut body = Self { answering: Some(answering), ..self };
        body.end_if_over();
        body
    }
}

impl Body for ScrapeBody {
    type Data = Bytes;
    type Error = Withdrawn;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Withdrawn>>> {
        let part = match &mut self.content {
            Content::Sentence(sentence) if sentence.is_empty() => None,
            Content::Sentence(sentence) => Some(Ok(std::mem::take(sentence))),
            Content::Document(reading) => reading.part(),
        };
        let part = part.map(|part| part.map(|part| self.without_end(part)));
        self.is_open &= part.is_some();
        match (&part, &mut self.exchange) {
            (Some(Ok(part)), Some(exchange)) => exchange.sent(part.len()),
            (Some(Err(Withdrawn)), exchange) => {
                exchange.take().into_iter().for_each(Exchange::withdraw);
            }
            _ => {}
        }
        self.end_if_over();
        Poll::Ready(part.map(|part| part.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.left() == 0 && !self.is_open
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left() as u64)
    }
}

impl ScrapeBody {
    /// Tells everybody who waits for the end of it, if it is there. Nobody asks an empty body for anything.
    fn end_if_over(&mut self) {
        if self.left() > 0 {
            return;
        }
        if let Some(exchange) = self.exchange.take() {
            exchange.complete();
        }
        if !self.is_open
            && let Some(answering) = &mut self.answering
            && let Some(last) = self.last.take()
        {
            answering.tell(last);
        }
    }

    /// The next part, without its last byte if it is the last and this is open: the byte goes when there is room
    /// for all of it, as HTTP/2 asks of a frame no more than room for one.
    fn without_end(&mut self, mut part: Bytes) -> Bytes {
        if self.is_open && self.left() == 0 && part.len() > 1 {
            self.content = Content::Sentence(part.split_off(part.len() - 1));
        }
        part
    }

    /// Bytes that are still to come.
    fn left(&self) -> usize {
        match &self.content {
            Content::Sentence(sentence) => sentence.len(),
            Content::Document(reading) => reading.left,
        }
    }
}

/// One reader of a document.
struct Reading {
    /// Absent when it is read, or withdrawn.
    document: Option<Arc<Document>>,
    form: Form,
    scraper: Arc<Scraper>,
    /// How fast it must read to be done in time.
    pace: Pace,
    /// The part that comes next.
    next: usize,
    left: usize,
    /// The part of it that is wanted, if that is not all.
    excerpt: Option<Excerpt>,
}

impl Reading {
    fn part(&mut self) -> Option<Result<Bytes, Withdrawn>> {
        if self.left == 0 {
            // An empty document has no part, and nobody took it away.
            self.put_down();
            return None;
        }
        let Some(part) = self.read() else {
            self.put_down();
            return Some(Err(Withdrawn));
        };
        self.left -= part.len();
        if self.left == 0 {
            self.put_down();
        }
        Some(Ok(part))
    }

    /// What comes next, unless it was withdrawn.
    fn read(&mut self) -> Option<Bytes> {
        let (document, now) = (self.document.as_ref()?, Instant::now());
        if let Some(excerpt) = &mut self.excerpt {
            return document.piece(self.form, excerpt, self.pace, now);
        }
        let part = document.part(self.form, self.next, self.pace, now)?;
        self.next += 1;
        Some(part)
    }

    fn put_down(&mut self) {
        if self.document.take().is_some() {
            self.scraper.put_down();
        }
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.put_down();
    }
}

impl fmt::Debug for ScrapeBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScrapeBody").field("left", &self.left()).finish_non_exhaustive()
    }
}
