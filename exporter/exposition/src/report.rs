//! Reports about documents.

use crate::refusal::Refusal;

/// Counts the samples that a writer wrote, and the series that it had to leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Report {
    /// Families with at least one sample in the document.
    pub families: u64,
    /// Samples in the document. A histogram in buckets makes one per bucket, and one each for its sum and its count
    /// where the format has them apart; it is one sample in OpenMetrics 2, and so is one of native buckets alone in
    /// protobuf.
    pub samples: u64,
    /// Series left out because they were malformed, or belonged to a family that was.
    pub dropped: u64,
    /// Series left out because the format has no way to write their value.
    pub unsupported: u64,
}

impl Report {
    /// Counts a series that was refused.
    pub(crate) fn note(&mut self, written: Result<(), Refusal>) {
        match written {
            Ok(()) => {}
            Err(Refusal::Malformed) => self.dropped += 1,
            Err(Refusal::Unsupported) => self.unsupported += 1,
        }
    }
}
