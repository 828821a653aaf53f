use std::collections::HashSet;

use kymo_exposition::Label;

/// The series of a family so far, when there is reason to think that two may have the same labels.
#[derive(Debug, Default)]
pub(crate) struct Unique {
    is_active: bool,
    seen: HashSet<Box<[u8]>>,
    key: Vec<u8>,
}

impl Unique {
    /// Begins a family, for which nobody is watching yet.
    pub(crate) fn reset(&mut self) {
        self.is_active = false;
        self.seen.clear();
    }

    /// Watches from now on. Says whether it was not watching before.
    pub(crate) fn activate(&mut self) -> bool {
        !std::mem::replace(&mut self.is_active, true)
    }

    /// Whether no series before had these labels. Always true while nobody is watching.
    pub(crate) fn insert(&mut self, labels: &[Label<'_>]) -> bool {
        if !self.is_active {
            return true;
        }
        // To Prometheus an empty label is no label, and the order of labels means nothing.
        let mut sorted: Vec<_> = labels.iter().filter(|label| !label.value.is_empty()).collect();
        sorted.sort_unstable();
        self.key.clear();
        for label in sorted {
            for text in [label.name, label.value] {
                self.key.extend_from_slice(text.as_bytes());
                // No UTF-8 has this byte.
                self.key.push(0xFF);
            }
        }
        !self.seen.contains(self.key.as_slice()) && self.seen.insert(self.key.as_slice().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_empty_labels_make_no_difference() {
        let (a, b, none) = (Label::new("a", "1"), Label::new("b", "2"), Label::new("c", ""));
        let mut unique = Unique::default();
        assert!(unique.activate() && !unique.activate());
        assert!(unique.insert(&[a, b]));
        assert!(!unique.insert(&[b, none, a]));
        assert!(unique.insert(&[a]));
        unique.reset();
        assert!(unique.activate());
        assert!(unique.insert(&[b, a]));
    }

    #[test]
    fn names_and_values_do_not_run_together() {
        let mut unique = Unique::default();
        unique.activate();
        assert!(unique.insert(&[Label::new("a", "bc")]));
        assert!(unique.insert(&[Label::new("ab", "c")]));
        assert!(unique.insert(&[Label::new("a", "b"), Label::new("c", "d")]));
        assert!(unique.insert(&[Label::new("a", "bc"), Label::new("d", "d")]));
    }

    #[test]
    fn nobody_watching_lets_all_pass() {
        let mut unique = Unique::default();
        assert!(unique.insert(&[]) && unique.insert(&[]));
    }
}
