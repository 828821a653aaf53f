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

    /// Adds what is written, of which the buffer has only what is no whole part yet.
    pub(crate) fn add(&mut self, mut written: &[u8]) {
        self.len += written.len();
        if !self.buffer.is_empty() {
            let missing = PART.saturating_sub(self.buffer.len()).min(written.len());
            let (begun, rest) = written.split_at(missing);
            self.buffer.extend_from_slice(begun);
            written = rest;
            if self.buffer.len() < PART {
                return;
            }
            self.whole.extend(cut(&self.buffer));
            self.buffer.clear();
        }
        let (whole, rest) = written.split_at(written.len() - written.len() % PART);
        self.whole.extend(cut(whole));
        self.buffer.extend_from_slice(rest);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_added_is_in_whole_parts_and_in_memory_once() {
        let all: Vec<u8> = (0..=u8::MAX).cycle().take(40 * PART + 7).collect();
        for lens in [&[1, PART - 1, PART, 0, 2 * PART + 1][..], &[30 * PART, 3], &[PART + 1], &[9]]
        {
            let mut parts = Parts::default();
            let mut rest = all.as_slice();
            for len in lens.iter().cycle() {
                let (next, after) = rest.split_at((*len).min(rest.len()));
                parts.add(next);
                rest = after;
                if rest.is_empty() {
                    break;
                }
            }
            assert_eq!(parts.len(), all.len());
            assert!(parts.buffer.capacity() <= 2 * PART, "{}", parts.buffer.capacity());
            let parts = parts.finish();
            assert!(parts.concat() == all, "{lens:?}");
            assert!(parts[..40].iter().all(|part| part.len() == PART), "{lens:?}");
        }
    }
}
