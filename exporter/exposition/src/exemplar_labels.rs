//! The labels of exemplars, as many as fit.

use crate::{Label, Scheme, scheme::is_readable};

/// Chooses the labels of exemplars, with names and values of 128 characters together at most.
///
/// The first ones go first, and so an exemplar keeps its trace. A label that has no room, or whose name is
/// empty or there already, is left out. So is one with a NUL, which Prometheus reads in no exemplar: it would take
/// nothing of the page.
#[derive(Debug, Default)]
pub(crate) struct ExemplarLabels {
    scheme: Scheme,
    name: String,
    /// The names that were chosen, each with a byte behind it that is in none.
    taken: Vec<u8>,
}

impl ExemplarLabels {
    /// From now on names are escaped so.
    pub(crate) fn set_scheme(&mut self, scheme: Scheme) {
        self.scheme = scheme;
    }

    /// Gives `take` the escaped name and the value of each label that fits, and says whether these are any of
    /// them, or all of none.
    pub(crate) fn choose(&mut self, all: &[Label<'_>], mut take: impl FnMut(&str, &str)) -> bool {
        let mut room = LONGEST;
        self.taken.clear();
        for label in all {
            self.name.clear();
            self.scheme.escape_into(label.name, false, &mut self.name);
            let len = characters(&self.name, room).zip(characters(label.value, room));
            let len = len.map(|(name, value)| name + value).filter(|len| *len <= room);
            let is_read = is_readable(&self.name) && !label.value.contains('\0');
            let Some(len) = len.filter(|_| is_read && !self.is_taken()) else {
                continue;
            };
            room -= len;
            self.taken.extend_from_slice(self.name.as_bytes());
            self.taken.push(BEHIND);
            take(&self.name, label.value);
        }
        all.is_empty() || !self.taken.is_empty()
    }

    fn is_taken(&self) -> bool {
        self.taken.split(|byte| *byte == BEHIND).any(|taken| taken == self.name.as_bytes())
    }
}

/// The characters of a text, or `None` without counting all if they exceed `room`.
fn characters(text: &str, room: usize) -> Option<usize> {
    // A character has four bytes at most.
    (text.len() <= 4 * room).then(|| text.chars().count())
}

/// Characters of the names and values of an exemplar's labels together, by the specification of OpenMetrics.
const LONGEST: usize = 128;
/// A byte that is in no text.
const BEHIND: u8 = 0xFF;

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(labels: &[Label<'_>]) -> (Vec<(String, usize)>, bool) {
        let mut chosen = Vec::new();
        let is_some = ExemplarLabels::default()
            .choose(labels, |name, value| chosen.push((name.to_owned(), value.chars().count())));
        (chosen, is_some)
    }

    #[test]
    fn a_label_of_128_characters_fits_and_one_of_129_does_not() {
        for char in ["a", "é", "🦀"] {
            let (fits, exceeds) = (char.repeat(127), char.repeat(128));
            assert_eq!(chosen(&[Label::new("x", &fits)]), (vec![("x".to_owned(), 127)], true));
            assert_eq!(chosen(&[Label::new("x", &exceeds)]), (vec![], false));
        }
    }

    #[test]
    fn what_fits_behind_a_label_that_does_not_is_taken() {
        let long = "v".repeat(200);
        let labels = [Label::new("trace_id", "1"), Label::new("sql", &long), Label::new("b", "2")];
        let expected = vec![("trace_id".to_owned(), 1), ("b".to_owned(), 1)];
        assert_eq!(chosen(&labels), (expected, true));
    }

    #[test]
    fn no_name_is_there_twice_and_none_is_empty() {
        let labels = [Label::new("a.b", "1"), Label::new("a_b", "2"), Label::new("", "3")];
        assert_eq!(chosen(&labels), (vec![("a_b".to_owned(), 1)], true));
        assert_eq!(chosen(&[]), (vec![], true));
    }
}
