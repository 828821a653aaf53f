//! The bytes that data shows of itself.

use std::io::IoSlice;

use bytes::Buf;

/// The bytes that data shows without being taken: all of them, or only the first.
#[derive(Debug)]
pub(crate) struct Shown<'a> {
    slices: [IoSlice<'a>; 16],
    /// Bytes behind them, which are not shown.
    hidden: usize,
}

impl<'a> Shown<'a> {
    /// What `data` shows: foreign code, which may unwind.
    pub(crate) fn of(data: &'a impl Buf) -> Self {
        let mut slices = [IoSlice::new(&[]); 16];
        // Those that it does not fill stay empty.
        data.chunks_vectored(&mut slices);
        let shown: usize = slices.iter().map(|slice| slice.len()).sum();
        Self { slices, hidden: data.remaining().saturating_sub(shown) }
    }

    pub(super) fn slices(&self) -> impl Iterator<Item = &[u8]> {
        self.slices.iter().map(|slice| &**slice)
    }

    pub(super) fn hidden(&self) -> usize {
        self.hidden
    }
}
