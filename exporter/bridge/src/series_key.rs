//! The identity of a series within its family.

use kymo_exposition::Label;

use crate::spelling::escaped_label;

/// Identifies a series within its family as a server does, in memory that is kept for the next.
#[derive(Debug, Default)]
pub(crate) struct SeriesKey(Vec<u8>);

impl SeriesKey {
    /// The key of the series with these labels: equal for those that are one series to a server.
    ///
    /// To Prometheus an empty label is no label, and the order of labels means nothing. Names that are
    /// equal without UTF-8 are equal: whoever asks for that has each series once, too.
    pub(crate) fn of(&mut self, labels: &[Label<'_>]) -> &[u8] {
        let labels = labels.iter().filter(|label| !label.value.is_empty());
        let mut sorted: Vec<_> =
            labels.map(|label| (escaped_label(label.name), label.value)).collect();
        sorted.sort_unstable();
        self.0.clear();
        for (name, value) in sorted {
            for text in [&*name, value] {
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
        assert_eq!(key(&[Label::new("x.y", "1")]), key(&[Label::new("x_y", "1")]));
        assert_ne!(key(&[Label::new("x.y", "1")]), key(&[Label::new("x__y", "1")]));
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
