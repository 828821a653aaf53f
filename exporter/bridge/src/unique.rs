use std::collections::HashSet;

use kymo_exposition::Label;

use crate::series_key::SeriesKey;

/// The series of a family so far, when there is reason to think that two may have the same labels.
#[derive(Debug, Default)]
pub(crate) struct Unique {
    is_active: bool,
    seen: HashSet<Box<[u8]>>,
    key: SeriesKey,
}

impl Unique {
    /// Begins a family, and says whether anybody is watching it.
    pub(crate) fn reset(&mut self, is_active: bool) {
        self.is_active = is_active;
        self.seen.clear();
    }

    /// Whether no series before had these labels. Always true while nobody is watching.
    pub(crate) fn insert(&mut self, labels: &[Label<'_>]) -> bool {
        if !self.is_active {
            return true;
        }
        let key = self.key.of(labels);
        !self.seen.contains(key) && self.seen.insert(key.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_are_known_by_their_labels_until_the_next_family() {
        let (a, b) = (Label::new("a", "1"), Label::new("b", "2"));
        let mut unique = Unique::default();
        unique.reset(true);
        assert!(unique.insert(&[a, b]) && unique.insert(&[a]));
        assert!(!unique.insert(&[b, a]));
        unique.reset(true);
        assert!(unique.insert(&[b, a]));
    }

    #[test]
    fn nobody_watching_lets_all_pass() {
        let mut unique = Unique::default();
        assert!(unique.insert(&[]) && unique.insert(&[]));
    }
}
