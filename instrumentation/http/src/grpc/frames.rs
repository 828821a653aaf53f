//! The frames of an answer.

use super::{Code, shown::Shown};

/// What is known of the frames of a body so far.
///
/// A frame is a byte of flags, four bytes of length, and as many bytes: a message, or, of gRPC-web with the
/// highest flag, the trailers as HTTP/1 writes them. Nothing is kept but the head of a frame and the start
/// of a line.
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

impl Frames {
    /// The status of the trailers, if all of them have passed.
    pub(super) fn code(&self) -> Option<Code> {
        self.code
    }

    /// Whether a whole message came, whose flags are those of one.
    pub(super) fn has_message(&self) -> bool {
        self.has_message && !self.is_unreadable
    }

    /// Whether nothing can be found any more: the trailers are compressed, or bytes passed that were not
    /// shown, so that nobody knows where a frame begins.
    pub(super) fn is_unreadable(&self) -> bool {
        self.is_unreadable
    }

    /// Bytes of the message under way that are still to come; none where anything else is.
    pub(super) fn left_of_message(&self) -> usize {
        let is_message = self.head.is_full() && !self.is_trailers();
        if is_message { usize::try_from(self.left).unwrap_or(usize::MAX) } else { 0 }
    }

    /// Passes over so many bytes, whatever they are; whether all of them are of the message under way.
    pub(super) fn skip(&mut self, bytes: usize) -> bool {
        let is_of_message = bytes <= self.left_of_message();
        if is_of_message && bytes > 0 {
            self.pass(bytes);
        }
        is_of_message
    }

    /// Reads what is shown, and passes over what is not.
    pub(super) fn read_all(&mut self, shown: &Shown<'_>) {
        shown.slices().for_each(|bytes| self.read(bytes));
        if !self.skip(shown.hidden()) {
            self.lose();
        }
    }

    /// Bytes passed that were not shown.
    pub(super) fn lose(&mut self) {
        self.is_unreadable = true;
    }

    pub(super) fn read(&mut self, mut bytes: &[u8]) {
        while let Some((&first, rest)) = bytes.split_first() {
            if !self.head.is_full() {
                self.head.push(first);
                bytes = rest;
                if self.head.is_full() {
                    self.begin();
                }
                continue;
            }
            let len = usize::try_from(self.left).map_or(bytes.len(), |left| left.min(bytes.len()));
            let (now, later) = bytes.split_at(len);
            if self.is_trailers() {
                self.read_lines(now);
            }
            self.pass(len);
            bytes = later;
        }
    }

    /// So many bytes of this frame passed, which are not more than it has.
    fn pass(&mut self, len: usize) {
        self.left -= u32::try_from(len).unwrap_or(self.left);
        if self.left == 0 {
            self.end();
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

    fn is_full(&self) -> bool {
        self.len >= N
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
