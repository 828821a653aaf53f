//! Reports about documents.

use crate::{Loss, Losses, Refusal, exemplar_labels::Fate};

/// Counts the samples that a writer wrote, the series that it had to leave out, and what the others lack.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
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
    /// Parts that the other series and their families lack.
    pub losses: Losses,
    /// The family of the first series that was left out, as it would be called in the document, and why.
    pub first_refused: Option<(Box<str>, Refusal)>,
    /// The family that was the first to lose a part, as it is called in the document, and which.
    pub first_lost: Option<(Box<str>, Loss)>,
}

impl Report {
    /// Counts a series of `family` that was refused.
    pub(crate) fn note(&mut self, written: Result<(), Refusal>, family: &str) {
        if let Err(refusal) = written {
            self.refuse(refusal, family);
        }
    }

    #[cold]
    fn refuse(&mut self, refusal: Refusal, family: &str) {
        match refusal {
            Refusal::Unsupported => self.unsupported += 1,
            _ => self.dropped += 1,
        }
        self.first_refused.get_or_insert_with(|| (family.into(), refusal));
    }

    /// Counts so many parts that `family` lacks.
    pub(crate) fn lose(&mut self, loss: Loss, count: u64, family: &str) {
        if count > 0 {
            self.lose_some(loss, count, family);
        }
    }

    #[cold]
    fn lose_some(&mut self, loss: Loss, count: u64, family: &str) {
        self.losses.add(loss, count);
        self.first_lost.get_or_insert_with(|| (family.into(), loss));
    }

    /// Counts what an exemplar of `family` lacks.
    pub(crate) fn exemplar(&mut self, fate: Fate, family: &str) {
        match fate {
            Fate::Whole => {}
            Fate::Cut(labels) => self.lose(Loss::ExemplarLabel, labels, family),
            Fate::LeftOut => self.lose(Loss::Exemplar, 1, family),
        }
    }
}
