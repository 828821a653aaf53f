//! The identity of a series within its family.

use kymo_exposition::Label;

/// Identifies a series within its family as a server does, in memory that is kept for the next.
#[derive(Debug, Default)]
pub(crate) struct SeriesKey(Vec<u8>);

impl SeriesKey {
    /// The key of the series with these labels: equal for those that are one series to a server.
    ///
    /// To Prometheus an empty label is no label, and the order of labels means nothing.
    pub(crate) fn of(&mut self, labels: &[Label<'_>]) -> &[u8] {
        let mut sorted: Vec<_> = labels.iter().filter(|label| !label.value.is_empty()).collect();
        sorted.sort_unstable();
        self.0.clear();
        for label in sorted {
            for text in [label.name, label.value] {
                self.0.extend_from_slice(text.as_bytes());
                // No UTF-8 has this byte.
                self.0.push(0xFF);
            }
        }
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(labels: &[Label<'_>]) -> Vec<u8> {
        SeriesKey::default().of(labels).to_vec()
    }

    #[test]
    fn order_and_empty_labels_make_no_difference() {
        let (a, b, none) = (Label::new("a", "1"), Label::new("b", "2"), Label::new("c", ""));
        assert_eq!(key(&[a, b]), key(&[b, none, a]));
        assert_ne!(key(&[a, b]), key(&[a]));
    }

    #[test]
    fn names_and_values_do_not_run_together() {
        let sets = [
            key(&[Label::new("a", "bc")]),
            key(&[Label::new("ab", "c")]),
            key(&[Label::new("a", "b"), Label::new("c", "d")]),
            key(&[Label::new("a", "bc"), Label::new("d", "d")]),
        ];
        for (index, set) in sets.iter().enumerate() {
            assert!(!sets[..index].contains(set), "{index}");
        }
    }
}
