//! The name of what a statement works on.

use crate::label::Label;

/// How many parts a name may have: server, database, schema, table.
const MAX_PARTS: usize = 4;

/// A name as it is being read, part by part, quotes and letters as they were written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    parts: [&'a str; MAX_PARTS],
    len: usize,
    /// A dot was read, and the part behind it was not.
    pub(crate) has_dot: bool,
    /// It has more parts than any name, or characters that belong in no label.
    is_strange: bool,
}

impl<'a> Target<'a> {
    pub(crate) fn new(part: &'a str) -> Self {
        let none = Self { parts: [""; MAX_PARTS], len: 0, has_dot: false, is_strange: false };
        none.followed_by(part)
    }

    /// The name with one more part.
    pub(crate) fn followed_by(mut self, part: &'a str) -> Self {
        self.has_dot = false;
        self.is_strange |= part.chars().any(char::is_control);
        match self.parts.get_mut(self.len) {
            Some(place) => *place = part,
            None => self.is_strange = true,
        }
        self.len += 1;
        self
    }

    /// Whether it can be shown, and names something.
    pub(crate) fn is_plain(&self) -> bool {
        !self.is_strange && self.len <= MAX_PARTS
    }

    /// The name if it is one word.
    pub(crate) fn as_word(&self) -> Option<&'a str> {
        (self.len == 1).then_some(self.parts[0])
    }

    pub(crate) fn push_to(&self, label: &mut Label) {
        let mut pieces = [""; 2 * MAX_PARTS];
        for (n, part) in self.parts().enumerate() {
            pieces[2 * n] = part;
            if n > 0 {
                pieces[2 * n - 1] = ".";
            }
        }
        label.push(&pieces);
    }

    fn parts(&self) -> impl Iterator<Item = &'a str> {
        self.parts.into_iter().take(self.len)
    }
}

impl PartialEq for Target<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.parts().eq(other.parts())
    }
}

impl From<&Target<'_>> for String {
    fn from(target: &Target<'_>) -> Self {
        target.parts().collect::<Vec<_>>().join(".")
    }
}
