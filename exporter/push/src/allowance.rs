//! The bytes that a receiver may send.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
};

use hyper_util::client::legacy::connect::{Connected, Connection};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How many bytes the receiver may still send, whatever they are: interim answers, headers,
/// bodies, trailers and frames that control the connection, on all connections together.
#[derive(Debug)]
pub(crate) struct Allowance {
    all: usize,
    left: AtomicUsize,
}

impl Allowance {
    /// An allowance of so many bytes, until it is renewed.
    pub(crate) fn new(bytes: usize) -> Self {
        Self { all: bytes, left: AtomicUsize::new(bytes) }
    }

    /// Another answer is awaited, and may be as long as the one before.
    pub(crate) fn renew(&self) {
        self.left.store(self.all, Ordering::Relaxed);
    }

    /// Whether nothing more is taken.
    pub(crate) fn is_spent(&self) -> bool {
        self.left.load(Ordering::Relaxed) == 0
    }

    /// Takes `bytes` from the allowance, or fails: the receiver has sent too much.
    fn spend(&self, bytes: usize) -> io::Result<()> {
        let spent = |left: usize| Some(left.saturating_sub(bytes));
        let update = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spent);
        if update.is_ok_and(|left| left > bytes) {
            return Ok(());
        }
        Err(io::Error::other("it sends more than an answer may have"))
    }
}

/// A connection on which no more is received than is allowed.
#[derive(Debug)]
pub(crate) struct Limited<S> {
    pub(crate) stream: S,
    pub(crate) allowance: Arc<Allowance>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Limited<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        Poll::Ready(self.allowance.spend(buffer.filled().len() - before))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Limited<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl<S: Connection> Connection for Limited<S> {
    fn connected(&self) -> Connected {
        self.stream.connected()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    #[tokio::test]
    async fn what_exceeds_the_allowance_is_an_error_until_it_is_renewed() {
        let allowance = Arc::new(Allowance::new(11));
        let mut stream = Limited { stream: &[7_u8; 100][..], allowance: Arc::clone(&allowance) };
        let mut ten = [0; 10];
        stream.read_exact(&mut ten).await.unwrap();
        assert!(!allowance.is_spent());
        stream.read_exact(&mut ten).await.unwrap_err();
        assert!(allowance.is_spent());
        allowance.renew();
        stream.read_exact(&mut ten).await.unwrap();
    }
}
