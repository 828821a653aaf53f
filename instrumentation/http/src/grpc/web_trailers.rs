//! The trailers of gRPC-web, which are the last frame of the body.

use super::{Code, base64::Base64, frames::Frames, shown::Shown, wire::Wire};

/// Looks for the status of a call in the body of its answer.
#[derive(Debug)]
pub(super) struct WebTrailers {
    text: Option<Base64>,
    frames: Frames,
}

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

    /// Passes over so many bytes of the body, if all of them are of a message; whether they are.
    ///
    /// Of text, that takes a look at it.
    pub(super) fn skip(&mut self, bytes: usize) -> bool {
        bytes == 0 || self.text.is_none() && self.frames.skip(bytes)
    }

    /// Reads what comes next, and gives back the status once it has passed.
    ///
    /// # Errors
    ///
    /// When the status cannot be read: the trailers are compressed, or not all of them are shown.
    pub(super) fn read(&mut self, shown: &Shown<'_>) -> Result<Option<Code>, Unreadable> {
        let Self { text, frames } = self;
        match text {
            None => frames.read_all(shown),
            Some(text) => {
                shown.slices().for_each(|bytes| read_text(text, frames, bytes));
                if shown.hidden() > 0 {
                    frames.lose();
                }
            }
        }
        if frames.is_unreadable() { Err(Unreadable) } else { Ok(frames.code()) }
    }

    /// The status that the body had when it ended, if text may lack its last padding.
    pub(super) fn end(&mut self) -> Option<Code> {
        let Self { text, frames } = self;
        if let Some(text) = text {
            text.end(|bytes| frames.read(bytes));
        }
        frames.code().filter(|_| !frames.is_unreadable())
    }
}

/// Reads text: that of a message is not decoded.
fn read_text(text: &mut Base64, frames: &mut Frames, mut encoded: &[u8]) {
    while !encoded.is_empty() {
        let groups = text.groups(encoded, frames.left_of_message() / 3);
        frames.skip(3 * groups);
        let (now, later) = text.split(&encoded[4 * groups..]);
        text.decode(now, |bytes| frames.read(bytes));
        encoded = later;
    }
}

/// The status of a call is in its answer, but cannot be read.
#[derive(Debug)]
pub(super) struct Unreadable;

#[cfg(test)]
mod tests;
