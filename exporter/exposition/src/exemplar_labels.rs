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

    /// Gives `take` the escaped name and the value of each label that fits. The exemplar is to be left out if there
    /// are labels, and none of them does.
    pub(crate) fn choose(&mut self, all: &[Label<'_>], mut take: impl FnMut(&str, &str)) -> Fate {
        let (mut room, mut cut) = (LONGEST, 0);
        self.taken.clear();
        for label in all {
            self.name.clear();
            self.scheme.escape_into(label.name, false, &mut self.name);
            let len = characters(&self.name, room).zip(characters(label.value, room));
            let len = len.map(|(name, value)| name + value).filter(|len| *len <= room);
            let is_read = is_readable(&self.name) && !label.value.contains('\0');
            let Some(len) = len.filter(|_| is_read && !self.is_taken()) else {
                cut += 1;
                continue;
            };
            room -= len;
            self.taken.extend_from_slice(self.name.as_bytes());
            self.taken.push(BEHIND);
            take(&self.name, label.value);
        }
        match cut {
            0 => Fate::Whole,
            _ if self.taken.is_empty() => Fate::LeftOut,
            cut => Fate::Cut(cut),
        }
    }

    fn is_taken(&self) -> bool {
        self.taken.split(|byte| *byte == BEHIND).any(|taken| taken == self.name.as_bytes())
    }
}

/// How much of an exemplar is in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Whole,
    /// All but so many labels.
    Cut(u64),
    LeftOut,
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

    fn chosen(labels: &[Label<'_>]) -> (Vec<(String, usize)>, Fate) {
        let mut chosen = Vec::new();
        let fate = ExemplarLabels::default()
            .choose(labels, |name, value| chosen.push((name.to_owned(), value.chars().count())));
        (chosen, fate)
    }

    #[test]
    fn a_label_of_128_characters_fits_and_one_of_129_does_not() {
        for char in ["a", "é", "🦀"] {
            let (fits, exceeds) = (char.repeat(127), char.repeat(128));
            assert_eq!(
                chosen(&[Label::new("x", &fits)]),
                (vec![("x".to_owned(), 127)], Fate::Whole)
            );
            assert_eq!(chosen(&[Label::new("x", &exceeds)]), (vec![], Fate::LeftOut));
        }
    }

    #[test]
    fn what_fits_behind_a_label_that_does_not_is_taken() {
        let long = "v".repeat(200);
        let labels = [Label::new("trace_id", "1"), Label::new("sql", &long), Label::new("b", "2")];
        let expected = vec![("trace_id".to_owned(), 1), ("b".to_owned(), 1)];
        assert_eq!(chosen(&labels), (expected, Fate::Cut(1)));
    }

    #[test]
    fn no_name_is_there_twice_and_none_is_empty() {
        let labels = [Label::new("a.b", "1"), Label::new("a_b", "2"), Label::new("", "3")];
        assert_eq!(chosen(&labels), (vec![("a_b".to_owned(), 1)], Fate::Cut(2)));
        assert_eq!(chosen(&[]), (vec![], Fate::Whole));
    }
}
