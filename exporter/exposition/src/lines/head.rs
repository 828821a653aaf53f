//! The beginning that lines have in common.

/// The beginning of the lines of series whose labels have the same names: the name of the sample, and all that comes
/// before the value of the first label.
#[derive(Debug, Default)]
pub(crate) struct Head {
    bytes: Vec<u8>,
    suffix: &'static str,
}

impl Head {
    /// What follows is of another family, or has labels of other names.
    #[inline]
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
    }

    /// The beginning of a sample of this suffix, if it is the one that is kept.
    #[inline]
    pub(crate) fn of(&self, suffix: &'static str) -> Option<&[u8]> {
        // A suffix that is elsewhere is written anew, which is right too.
        let is_same = std::ptr::eq(self.suffix, suffix);
        (is_same && !self.bytes.is_empty()).then_some(&self.bytes)
    }

    /// Keeps the beginning of a sample of this suffix, unless another one is kept.
    pub(crate) fn keep(&mut self, suffix: &'static str, bytes: &[u8]) {
        if self.bytes.is_empty() {
            self.suffix = suffix;
            self.bytes.extend_from_slice(bytes);
        }
    }
}
