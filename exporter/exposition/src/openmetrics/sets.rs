//! The sets of states in a family.

use std::{collections::HashSet, mem};

/// The sets of states in a family, of which only the last one may go on.
///
/// OpenMetrics wants all states of a set together, and strict readers refuse a document without that.
#[derive(Debug, Default)]
pub(super) struct Sets {
    /// The labels of the last set, besides that of the state.
    last: Vec<u8>,
    is_begun: bool,
    /// Those of the sets before.
    ended: HashSet<Box<[u8]>>,
    scratch: Vec<u8>,
}

impl Sets {
    /// A family begins.
    pub(super) fn clear(&mut self) {
        self.is_begun = false;
        self.ended.clear();
    }

    /// Takes a state with these labels, each a name and a value, or says that other sets came after its own.
    ///
    /// `state` is the name of the label that says which state it is.
    pub(super) fn admit<'a>(
        &mut self,
        labels: impl Iterator<Item = (&'a str, &'a str)> + Clone,
        state: &str,
    ) -> bool {
        join(&labels.filter(|(name, _)| *name != state), &mut self.scratch);
        if self.is_begun && self.scratch == self.last {
            return true;
        }
        if self.ended.contains(self.scratch.as_slice()) {
            return false;
        }
        if mem::replace(&mut self.is_begun, true) {
            self.ended.insert(self.last.as_slice().into());
        }
        mem::swap(&mut self.last, &mut self.scratch);
        true
    }
}

/// Joins labels in the order of their names, of which none is there twice, with a byte behind each text that is
/// in none.
fn join<'a>(labels: &(impl Iterator<Item = (&'a str, &'a str)> + Clone), out: &mut Vec<u8>) {
    out.clear();
    let mut last = None;
    // A series has few labels.
    while let Some((name, value)) =
        labels.clone().filter(|(name, _)| last.is_none_or(|last| *name > last)).min()
    {
        for text in [name, value] {
            out.extend_from_slice(text.as_bytes());
            out.push(BEHIND);
        }
        last = Some(name);
    }
}

/// A byte that is in no text.
const BEHIND: u8 = 0xFF;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_ends_where_another_one_begins() {
        let mut sets = Sets::default();
        let mut admit = |labels: &[(&str, &str)]| sets.admit(labels.iter().copied(), "s");
        assert!(admit(&[("a", "1"), ("s", "x"), ("b", "2")]));
        assert!(admit(&[("b", "2"), ("a", "1"), ("s", "y")]));
        assert!(admit(&[("a", "2"), ("s", "x")]));
        assert!(!admit(&[("s", "z"), ("a", "1"), ("b", "2")]));
        assert!(admit(&[("a", "2"), ("s", "y")]));
        assert!(admit(&[("s", "x")]));
        sets.clear();
        assert!(sets.admit([("s", "z"), ("a", "1"), ("b", "2")].into_iter(), "s"));
    }
}
