//! The sets of label names in a family.

use std::collections::HashMap;

/// The sets of label names that the series of a family have, so that no two become one when they are escaped:
/// else two series with other labels could be one in the document.
///
/// Nearly all series of a family have one set of names. So nothing is kept until there is a second.
#[derive(Debug, Default)]
pub(crate) struct Shapes {
    /// By the escaped names, the names as they came; in ascending order.
    seen: HashMap<Box<[u8]>, Box<[u8]>>,
    /// The names as they came and in the order that they came in, of those that were admitted first.
    ///
    /// Three sets and more take turns where several labels are there at times.
    admitted: Vec<Box<[u8]>>,
    ordered: Vec<u8>,
    plain: Vec<u8>,
    escaped: Vec<u8>,
}

impl Shapes {
    /// Forgets all sets.
    pub(crate) fn clear(&mut self) {
        // Without a look at the table, most families have none.
        if !self.seen.is_empty() {
            self.seen.clear();
            self.admitted.clear();
        }
    }

    /// Whether no set is kept.
    pub(crate) fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    /// Keeps a set of names, each as it came and as it is escaped, or says that another one is escaped so.
    pub(crate) fn admit<'a>(
        &mut self,
        names: impl Iterator<Item = (&'a str, &'a str)> + Clone,
    ) -> bool {
        self.ordered.clear();
        for (plain, _) in names.clone() {
            self.ordered.extend_from_slice(plain.as_bytes());
            self.ordered.push(BEHIND);
        }
        if self.admitted.iter().any(|known| **known == *self.ordered) {
            return true;
        }
        let is_admitted = self.compare(names);
        if is_admitted && self.admitted.len() < MOST {
            self.admitted.push(self.ordered.as_slice().into());
        }
        is_admitted
    }

    /// Compares the names with all that were kept, in whichever order.
    fn compare<'a>(&mut self, names: impl Iterator<Item = (&'a str, &'a str)> + Clone) -> bool {
        join(&names.clone().map(|(plain, _)| plain), &mut self.plain);
        join(&names.map(|(_, escaped)| escaped), &mut self.escaped);
        if let Some(plain) = self.seen.get(self.escaped.as_slice()) {
            return **plain == *self.plain;
        }
        self.seen.insert(self.escaped.as_slice().into(), self.plain.as_slice().into());
        true
    }
}

/// Joins names in their order, with a byte between them that is in no name.
fn join<'a>(names: &(impl Iterator<Item = &'a str> + Clone), out: &mut Vec<u8>) {
    out.clear();
    let mut last = None;
    // A series has few labels, and one shape follows another seldom enough.
    while let Some(next) = names.clone().filter(|name| last.is_none_or(|last| *name > last)).min() {
        out.extend_from_slice(next.as_bytes());
        out.push(BEHIND);
        last = Some(next);
    }
}

/// A byte that is in no text.
const BEHIND: u8 = 0xFF;
/// Sets that are found without sorting them, at most.
const MOST: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sets_that_are_escaped_alike_are_told_apart_in_any_order() {
        let mut shapes = Shapes::default();
        let first = [("a.b", "a_b"), ("c", "c")];
        assert!(shapes.admit(first.into_iter()));
        assert!(shapes.admit(first.into_iter().rev()));
        assert!(shapes.admit([("a.b", "a_b")].into_iter()));
        assert!(!shapes.admit([("c", "c"), ("a_b", "a_b")].into_iter()));
        assert!(shapes.admit(first.into_iter()));
        shapes.clear();
        assert!(shapes.admit([("a_b", "a_b"), ("c", "c")].into_iter()));
        assert!(!shapes.admit(first.into_iter()));
    }
}
