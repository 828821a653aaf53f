//! The sets of label names in a family.

use std::collections::HashMap;

/// The sets of label names that the series of a family have, so that no two become one when they are escaped:
/// else two series with other labels could be one in the document.
///
/// Nearly all series of a family have one set of names. So nothing is kept until there is a second.
#[derive(Debug, Default)]
pub(crate) struct Shapes {
    /// Whether a series of the family has the names that were checked last.
    pub(crate) is_used: bool,
    /// By the escaped names, the names as they came.
    seen: HashMap<Box<[u8]>, Box<[u8]>>,
    plain: Vec<u8>,
    escaped: Vec<u8>,
}

impl Shapes {
    /// Forgets all sets.
    pub(crate) fn clear(&mut self) {
        self.is_used = false;
        // Without a look at the table, most families have none.
        if !self.seen.is_empty() {
            self.seen.clear();
        }
    }

    /// Whether a set is kept, and so the next one has to be compared.
    pub(crate) fn is_watched(&self) -> bool {
        !self.seen.is_empty()
    }

    /// Whether the names that were checked last are those of a series, and are not kept.
    pub(crate) fn is_unknown(&self) -> bool {
        self.is_used && self.seen.is_empty()
    }

    /// Keeps a set of names, each as it came and as it is escaped, or says that another one is escaped so.
    pub(crate) fn admit<'a>(
        &mut self,
        names: impl Iterator<Item = (&'a str, &'a str)> + Clone,
    ) -> bool {
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
        out.push(0xFF);
        last = Some(next);
    }
}

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
        shapes.clear();
        assert!(shapes.admit([("a_b", "a_b"), ("c", "c")].into_iter()));
    }
}
