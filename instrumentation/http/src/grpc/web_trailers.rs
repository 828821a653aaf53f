//! The trailers of gRPC-web, which are the last frame of the body.

use std::io::IoSlice;

use bytes::Buf;

use super::{Code, base64::Base64, wire::Wire};

/// Looks for the status of a call in the body of its answer.
///
/// A body consists of frames: a byte of flags, four bytes of length, and as many bytes. One with the
/// highest flag is the trailers, as HTTP/1 writes them. Nothing is kept but the head of a frame and the
/// start of a line.
#[derive(Debug)]
pub(super) struct WebTrailers {
    text: Option<Base64>,
    frames: Frames,
}

/// What is known of the frames of a body so far.
#[derive(Debug, Default)]
pub(super) struct Frames {
    head: Filled<5>,
    /// Bytes of this frame that are still to come.
    left: u32,
    line: Filled<LONGEST>,
    /// The status among the trailers so far.
    told: Option<Code>,
    /// The status, once all of the trailers have passed.
    code: Option<Code>,
    has_message: bool,
    is_unreadable: bool,
}

/// The bytes of a line at most that can be the status.
const LONGEST: usize = 32;

const TRAILERS: u8 = 0x80;
const COMPRESSED: u8 = 0x01;

impl WebTrailers {
    /// Looks for them in a body of this kind; `None` if it has trailers of its own.
    pub(super) fn of(wire: Wire) -> Option<Self> {
        let text = match wire {
            Wire::Plain => return None,
            Wire::Web => None,
            Wire::WebText => Some(Base64::default()),
        };
        Some(Self { text, frames: Frames::default() })
    }

    /// Whether a whole message came.
    pub(super) fn has_message(&self) -> bool {
        self.frames.has_message()
    }

    /// Reads what comes next, and gives back the status once it has passed.
    ///
    /// # Errors
    ///
    /// When the status cannot be read: the trailers are compressed, or `data` does not show all of it.
    pub(super) fn read(&mut self, data: &impl Buf) -> Result<Option<Code>, Unreadable> {
        let Self { text, frames } = self;
        let is_all = show(data, |bytes| match text {
            None => frames.read(bytes),
            Some(text) => text.decode(bytes, |bytes| frames.read(bytes)),
        });
        if is_all && !self.frames.is_unreadable { Ok(self.frames.code) } else { Err(Unreadable) }
    }
}

/// Gives `to` the bytes that `data` shows without being taken; whether it is all of them.
pub(super) fn show(data: &impl Buf, mut to: impl FnMut(&[u8])) -> bool {
    let mut slices = [IoSlice::new(&[]); 16];
    let shown = data.chunks_vectored(&mut slices);
    let mut bytes = 0;
    for slice in &slices[..shown] {
        bytes += slice.len();
        to(slice);
    }
    bytes == data.remaining()
}

/// The status of a call is in its answer, but cannot be read.
#[derive(Debug)]
pub(super) struct Unreadable;

impl Frames {
    /// Whether a whole message came, whose flags are those of one.
    pub(super) fn has_message(&self) -> bool {
        self.has_message && !self.is_unreadable
    }

    /// Bytes passed that were not shown, and so where a frame begins is not known any more.
    pub(super) fn lose(&mut self) {
        self.is_unreadable = true;
    }

    pub(super) fn read(&mut self, mut bytes: &[u8]) {
        while let Some((&first, rest)) = bytes.split_first() {
            if self.head.len < self.head.bytes.len() {
                self.head.push(first);
                bytes = rest;
                if self.head.len == self.head.bytes.len() {
                    self.begin();
                }
                continue;
            }
            let len = usize::try_from(self.left).map_or(bytes.len(), |left| left.min(bytes.len()));
            let (now, later) = bytes.split_at(len);
            self.left -= u32::try_from(len).unwrap_or(self.left);
            if self.is_trailers() {
                self.read_lines(now);
            }
            if self.left == 0 {
                self.end();
            }
            bytes = later;
        }
    }

    fn begin(&mut self) {
        let [flags, length @ ..] = self.head.bytes;
        self.left = u32::from_be_bytes(length);
        self.is_unreadable |= self.is_trailers() && flags & COMPRESSED != 0;
        if self.left == 0 {
            self.end();
        }
    }

    fn end(&mut self) {
        if self.is_trailers() {
            self.end_line();
            self.code = self.told;
        }
        self.has_message |= self.head.bytes[0] & !COMPRESSED == 0;
        self.head.len = 0;
    }

    fn is_trailers(&self) -> bool {
        self.head.bytes[0] & TRAILERS != 0
    }

    fn read_lines(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if byte == b'\n' { self.end_line() } else { self.line.push(byte) }
        }
    }

    fn end_line(&mut self) {
        if let Some(status) = status(self.line.get()) {
            self.told = Some(Code::of_header(status));
        }
        self.line.len = 0;
    }
}

/// The status that a line says.
fn status(line: &[u8]) -> Option<&[u8]> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = (&line[..colon], &line[colon + 1..]);
    name.eq_ignore_ascii_case(b"grpc-status").then(|| value.trim_ascii())
}

/// The first bytes of something, and how many it had.
#[derive(Debug)]
struct Filled<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Filled<N> {
    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.len) {
            *place = byte;
        }
        self.len = self.len.saturating_add(1);
    }

    /// All of it; nothing if it is longer than that.
    fn get(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

impl<const N: usize> Default for Filled<N> {
    fn default() -> Self {
        Self { bytes: [0; N], len: 0 }
    }
}

#[cfg(test)]
mod tests;
