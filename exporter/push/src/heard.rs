//! How far an answer over gRPC came.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body, Frame};
use hyper::{Error, body::Incoming};

/// The part of an answer that came, to one call.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    begun: AtomicBool,
    ended: AtomicBool,
}

impl Heard {
    /// The head of an answer came that has no status yet: a message follows, of a receiver that took the
    /// call.
    pub(crate) fn begin(&self) {
        self.begun.store(true, Ordering::Relaxed);
    }

    /// The trailers came, in which the receiver gives its status.
    fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    /// Whether an answer began and its status is not there: the failure is not the receiver's
    /// word, and it may have taken what was sent.
    pub(crate) fn is_cut(&self) -> bool {
        self.begun.load(Ordering::Relaxed) && !self.ended.load(Ordering::Relaxed)
    }
}

/// The body of an answer, whose end is noted.
#[derive(Debug)]
pub(crate) struct Overheard {
    pub(crate) body: Incoming,
    pub(crate) heard: Arc<Heard>,
}

impl Body for Overheard {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if let Some(Ok(frame)) = &frame
            && frame.is_trailers()
        {
            self.heard.end();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }
}
