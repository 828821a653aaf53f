//! A document in parts.

use std::{
    io::{self, Write},
    mem,
};

use bytes::Bytes;

/// Bytes of a part. A server holds sixteen parts at most for a reader that stalls.
pub(crate) const PART: usize = 4 * 1024;

/// Collects what is written, and cuts it into parts, so that a document is in memory once and nobody holds it
/// whole.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    whole: Vec<Bytes>,
    buffer: Vec<u8>,
    len: usize,
}

impl Parts {
    /// Bytes that were written.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Adds what is written.
    pub(crate) fn add(&mut self, written: &[u8]) {
        self.len += written.len();
        self.buffer.extend_from_slice(written);
        let whole = self.buffer.len() - self.buffer.len() % PART;
        if whole > 0 {
            self.whole.extend(cut(&self.buffer[..whole]));
            self.buffer.drain(..whole);
        }
    }

    /// All of it.
    pub(crate) fn finish(mut self) -> Vec<Bytes> {
        self.whole.extend(cut(&mem::take(&mut self.buffer)));
        self.whole
    }
}

impl Write for Parts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.add(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Cuts what was written into parts of their own.
pub(crate) fn cut(written: &[u8]) -> impl Iterator<Item = Bytes> {
    written.chunks(PART).map(Bytes::copy_from_slice)
}
