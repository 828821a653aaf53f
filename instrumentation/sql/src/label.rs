//! The text of a summary.

/// How many characters a summary may have, by the conventions.
const MAX_CHARS: usize = 255;

/// Operations and targets, one space apart, as many as fit.
#[derive(Debug, Default)]
pub(crate) struct Label {
    text: String,
    chars: usize,
    /// A part did not fit, and none is taken after it.
    is_full: bool,
}

impl Label {
    /// Adds a part that is written in `pieces`, whole or not at all.
    pub(crate) fn push(&mut self, pieces: &[&str]) {
        let space = usize::from(!self.text.is_empty());
        let chars: usize = pieces.iter().map(|piece| piece.chars().count()).sum();
        self.is_full |= self.chars + space + chars > MAX_CHARS;
        if self.is_full {
            return;
        }
        self.chars += space + chars;
        if space > 0 {
            self.text.push(' ');
        }
        self.text.extend(pieces.iter().copied());
    }

    /// Takes out everything behind the first verb.
    pub(crate) fn keep_verb(&mut self) {
        let end = self.text.find(' ').unwrap_or(self.text.len());
        self.text.truncate(end);
        self.chars = end;
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

impl From<Label> for String {
    fn from(label: Label) -> Self {
        label.text
    }
}
