//! The body of a response.

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Instant,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::{activity::Answering, document::Document, encoding::Encoding, scraper::Scraper};

/// The body of an [`Endpoint`](crate::Endpoint)'s response: a document that it shares with all who asked at
/// the same time, or a sentence.
///
/// It fails where a client reads so slowly that its document is withdrawn: half a minute after the document
/// was last handed out. Where others need the room, that is as soon as all who have it stopped to read, for a
/// second or two, or after 5 s if all of them together take less than 256 KiB a second.
pub struct ScrapeBody {
    content: Content,
    /// Held until all of it is written.
    answering: Option<Answering>,
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
        Self::of(Content::Sentence(Bytes::from_static(sentence.as_bytes())))
    }

    pub(crate) fn document(
        document: Arc<Document>,
        encoding: Encoding,
        scraper: Arc<Scraper>,
    ) -> Self {
        let left = document.len(encoding);
        Self::of(Content::Document(Reading {
            document: Some(document),
            encoding,
            scraper,
            next: 0,
            left,
        }))
    }

    fn of(content: Content) -> Self {
        Self { content, answering: None }
    }

    /// Drops `answering` when all of it is written.
    pub(crate) fn held(self, answering: Answering) -> Self {
        Self { answering: Some(answering), ..self }
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
        if self.left() == 0 {
            self.answering = None;
        }
        Poll::Ready(part.map(|part| part.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.left() == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left() as u64)
    }
}

impl ScrapeBody {
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
    encoding: Encoding,
    scraper: Arc<Scraper>,
    /// The part that comes next.
    next: usize,
    left: usize,
}

impl Reading {
    fn part(&mut self) -> Option<Result<Bytes, Withdrawn>> {
        let part = self.document.as_ref()?.part(self.encoding, self.next, Instant::now());
        let Some(part) = part else {
            self.put_down();
            // An empty document has no part, and nobody took it away.
            return (self.left > 0).then_some(Err(Withdrawn));
        };
        self.next += 1;
        self.left -= part.len();
        if self.left == 0 {
            self.put_down();
        }
        Some(Ok(part))
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
