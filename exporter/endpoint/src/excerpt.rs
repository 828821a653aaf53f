//! Some of a document.

use std::{collections::VecDeque, ops::Range};

use bytes::Bytes;

/// The places of a document that a reader wants and has yet to read.
#[derive(Debug)]
pub(crate) struct Excerpt {
    /// In ascending order, without one that is empty.
    places: VecDeque<Range<usize>>,
    /// The part that is read, and where it begins.
    part: usize,
    offset: usize,
}

impl Excerpt {
    /// These places, in ascending order.
    pub(crate) fn new(mut places: VecDeque<Range<usize>>) -> Self {
        places.retain(|place| !place.is_empty());
        Self { places, part: 0, offset: 0 }
    }

    /// Bytes that are yet to be read.
    pub(crate) fn len(&self) -> usize {
        self.places.iter().map(Range::len).sum()
    }

    /// The next piece that is wanted of the document with these parts, which are the same each time.
    pub(crate) fn of(&mut self, parts: &[Bytes]) -> Option<Bytes> {
        let place = self.places.front_mut()?;
        let (part, end) = loop {
            let part = parts.get(self.part)?;
            let end = self.offset + part.len();
            if place.start < end {
                break (part, end);
            }
            (self.part, self.offset) = (self.part + 1, end);
        };
        let (from, to) = (place.start, place.end.min(end));
        place.start = to;
        let piece = part.slice(from - self.offset..to - self.offset);
        if place.start == place.end {
            self.places.pop_front();
        }
        Some(piece)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read of a document whose parts have `len` bytes each.
    fn read(len: usize, places: &[Range<usize>]) -> String {
        let text = b"0123456789abcdefghij";
        let mut excerpt = Excerpt::new(places.iter().cloned().collect());
        let whole = excerpt.len();
        let mut read = Vec::new();
        let parts: Vec<_> = text.chunks(len).map(Bytes::copy_from_slice).collect();
        while let Some(piece) = excerpt.of(&parts) {
            assert!(!piece.is_empty());
            read.extend_from_slice(&piece);
        }
        assert_eq!((read.len(), excerpt.len()), (whole, 0));
        String::from_utf8(read).unwrap()
    }

    #[test]
    fn an_excerpt_is_the_places_of_it_however_the_document_is_cut() {
        for len in 1..=20 {
            assert_eq!(read(len, &[]), "");
            assert_eq!(read(len, &[0..20, 20..20]), "0123456789abcdefghij");
            assert_eq!(read(len, &[3..5, 5..5, 9..16, 19..20]), "349abcdefj");
            assert_eq!(read(len, &[0..1, 10..11]), "0a");
        }
    }
}
