//! The names of a series' labels, validated and escaped.

use crate::{Kind, Label, Scheme, refusal::Refusal, shapes::Shapes};

/// The names of the labels of a series, validated and escaped.
///
/// Series after series of a family has the same label names. So they are validated and escaped once, and
/// later series only compare theirs.
#[derive(Debug, Default)]
pub(crate) struct LabelNames {
    scheme: Scheme,
    /// The names as they came, one behind the other, and as they are escaped.
    plain: String,
    escaped: String,
    ends: Vec<Ends>,
    /// The kind that the names were validated for: it may bring a label itself.
    kind: Option<Kind>,
    shapes: Shapes,
}

/// Where the texts of one name end.
#[derive(Debug, Clone, Copy, Default)]
struct Ends {
    plain: usize,
    escaped: usize,
}

/// Whether the names are those of the series before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Checked {
    Same,
    Changed,
}

impl LabelNames {
    /// From now on names are escaped so.
    pub(crate) fn set_scheme(&mut self, scheme: Scheme) {
        self.scheme = scheme;
        self.kind = None;
    }

    /// A family begins: what is alike in different families does not matter.
    pub(crate) fn begin_family(&mut self) {
        self.shapes.clear();
    }

    /// Makes sure that these labels can be written for a series of this kind.
    pub(crate) fn check(&mut self, labels: &[Label<'_>], kind: Kind) -> Result<Checked, Refusal> {
        if self.kind == Some(kind) && self.matches(labels) {
            self.shapes.is_used = true;
            return Ok(Checked::Same);
        }
        self.note_last();
        self.kind = None;
        self.plain.clear();
        self.escaped.clear();
        self.ends.clear();
        let reserved = reserved(kind);
        for label in labels {
            let start = self.escaped.len();
            self.scheme.escape_into(label.name, false, &mut self.escaped);
            let name = &self.escaped[start..];
            let is_taken = self.escaped().any(|before| before == name);
            if name.is_empty() || name == "__name__" || Some(name) == reserved || is_taken {
                return Err(Refusal::Malformed);
            }
            self.plain.push_str(label.name);
            self.ends.push(Ends { plain: self.plain.len(), escaped: self.escaped.len() });
        }
        if self.shapes.is_watched() && !self.admit() {
            return Err(Refusal::Malformed);
        }
        self.kind = Some(kind);
        self.shapes.is_used = true;
        Ok(Checked::Changed)
    }

    /// The names that were checked last, escaped.
    pub(crate) fn escaped(&self) -> impl Iterator<Item = &str> {
        self.parts().map(|(_, escaped)| escaped)
    }

    /// Each name as it came, and as it is escaped.
    fn parts(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        let mut start = Ends::default();
        self.ends.iter().map(move |end| {
            let plain = &self.plain[start.plain..end.plain];
            let escaped = &self.escaped[start.escaped..end.escaped];
            start = *end;
            (plain, escaped)
        })
    }

    fn matches(&self, labels: &[Label<'_>]) -> bool {
        let mut start = 0;
        labels.len() == self.ends.len()
            && labels.iter().zip(&self.ends).all(|(label, end)| {
                let same = self.plain.as_bytes()[start..end.plain] == *label.name.as_bytes();
                start = end.plain;
                same
            })
    }

    /// Remembers the names of the last series, once others follow it.
    fn note_last(&mut self) {
        if self.scheme != Scheme::AllowUtf8 && self.kind.is_some() && self.shapes.is_unknown() {
            self.admit();
        }
    }

    /// Whether no other names of the family's labels become these.
    fn admit(&mut self) -> bool {
        let mut shapes = std::mem::take(&mut self.shapes);
        let is_admitted = shapes.admit(self.parts());
        self.shapes = shapes;
        is_admitted
    }
}

/// The label that the value of a series brings itself.
const fn reserved(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Histogram => Some("le"),
        Kind::Summary => Some("quantile"),
        _ => None,
    }
}
