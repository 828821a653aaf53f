//! A stream with a time limit for each request and its response.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{self, Sleep},
};

use crate::activity::Activity;

/// A stream that fails when an exchange of HTTP/1 takes too long.
///
/// An exchange lasts from the first byte of a request until all of its response is handed to the
/// system: a client that does not read, or reads a byte now and then, cannot keep a document in
/// memory. Between exchanges there is no limit. Of HTTP/2, whose bytes say nothing of that, it only tells
/// what was sent.
pub(crate) struct TimedStream<S> {
    stream: S,
    activity: Arc<Activity>,
    /// How long an exchange may take, where its bytes say when it begins.
    limit: Option<Duration>,
    /// When the exchange under way fails.
    due: Option<Pin<Box<Sleep>>>,
    /// Whether some of the response has been written.
    responding: bool,
}

impl<S: Unpin> TimedStream<S> {
    pub(crate) fn new(stream: S, activity: Arc<Activity>, limit: Option<Duration>) -> Self {
        Self { stream, activity, limit, due: None, responding: false }
    }

    fn begin(&mut self) {
        if let (None, Some(limit)) = (&self.due, self.limit) {
            self.due = Some(Box::pin(time::sleep(limit)));
        }
    }

    /// Fails if the exchange under way has taken too long, and wakes the task when it will have.
    fn in_time(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let overdue = self.due.as_mut().is_some_and(|due| due.as_mut().poll(cx).is_ready());
        if overdue { Err(io::ErrorKind::TimedOut.into()) } else { Ok(()) }
    }

    fn write(
        &mut self,
        cx: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        self.begin();
        self.in_time(cx)?;
        self.responding = true;
        let written = write(Pin::new(&mut self.stream), cx);
        if written.is_ready() {
            self.activity.sent();
        }
        written
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TimedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.begin();
        }
        self.in_time(cx)?;
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TimedStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.write(cx, |stream, cx| stream.poll_write(cx, buf))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.write(cx, |stream, cx| stream.poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// Ends the exchange, if all of the response is written: hyper also flushes parts of it, and while
    /// there is nothing to write yet.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.in_time(cx)?;
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        if self.responding && self.activity.flushed() {
            self.responding = false;
            self.due = None;
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
