//! The names of a series' labels, validated and escaped.

use std::mem;

use crate::{Kind, Label, Refusal, Scheme, scheme::is_readable, shapes::Shapes};

/// The names of the labels of a series, validated and escaped.
///
/// Series after series of a family has the same label names, or one of two sets of them: in many families an
/// error is a label of some. So two sets are kept, and later series only compare theirs.
#[derive(Debug, Default)]
pub(crate) struct LabelNames {
    scheme: Scheme,
    current: Names,
    other: Names,
    shapes: Shapes,
    /// Whether the names that came last are the current ones, and those that come next.
    is_last: bool,
    is_repeated: bool,
}

/// One set of names.
#[derive(Debug, Default)]
struct Names {
    /// The names as they came, one behind the other, and as they are escaped.
    plain: String,
    escaped: String,
    ends: Vec<Ends>,
    /// The kind that the names were validated for: it may bring a label itself.
    kind: Option<Kind>,
    /// Whether a series of the family has them, and whether they are kept for a comparison.
    is_used: bool,
    is_kept: bool,
}

/// Where the texts of one name end.
#[derive(Debug, Clone, Copy, Default)]
struct Ends {
    plain: usize,
    escaped: usize,
}

/// Whether the names are those of the series before, as somebody knows or not, those of one before that, or others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Checked {
    Repeated,
    Same,
    Other,
    New,
}

impl LabelNames {
    /// From now on names are escaped so.
    pub(crate) fn set_scheme(&mut self, scheme: Scheme) {
        self.scheme = scheme;
        self.current.kind = None;
        self.other.kind = None;
        self.is_last = false;
    }

    /// A family begins: what is alike in different families does not matter.
    pub(crate) fn begin_family(&mut self) {
        self.shapes.clear();
        self.is_last = false;
        for names in [&mut self.current, &mut self.other] {
            names.is_used = false;
            names.is_kept = false;
        }
    }

    /// The next labels have the names that came last: if these were refused, they are looked at all the same.
    pub(crate) fn repeat(&mut self) {
        self.is_repeated = true;
    }

    /// Makes sure that these labels can be written for a series of this kind.
    #[inline]
    pub(crate) fn check(&mut self, labels: &[Label<'_>], kind: Kind) -> Result<Checked, Refusal> {
        let is_repeated = mem::take(&mut self.is_repeated) && self.is_last;
        if is_repeated && labels.len() == self.current.ends.len() {
            return Ok(Checked::Repeated);
        }
        self.is_last = false;
        let checked = self.find(labels, kind);
        self.is_last = checked.is_ok();
        checked
    }

    /// Makes the names of these labels the current ones.
    fn find(&mut self, labels: &[Label<'_>], kind: Kind) -> Result<Checked, Refusal> {
        if self.current.is_of(labels, kind) {
            self.current.is_used = true;
            return Ok(Checked::Same);
        }
        let checked = if self.other.is_of(labels, kind) {
            Checked::Other
        } else {
            self.other.take(labels, kind, self.scheme)?;
            Checked::New
        };
        self.compare()?;
        mem::swap(&mut self.current, &mut self.other);
        self.current.is_used = true;
        Ok(checked)
    }

    /// The names that were checked last, escaped.
    pub(crate) fn escaped(&self) -> impl Iterator<Item = &str> + Clone {
        self.current.parts().map(|(_, escaped)| escaped)
    }

    /// Makes sure that no other names of the family's labels become the same, once there are others.
    fn compare(&mut self) -> Result<(), Refusal> {
        if self.scheme == Scheme::AllowUtf8 {
            return Ok(());
        }
        let LabelNames { current, other, shapes, .. } = self;
        if current.is_used && !current.is_kept {
            current.is_kept = shapes.admit(current.parts());
        }
        if !shapes.is_empty() && !other.is_kept {
            other.is_kept = shapes.admit(other.parts());
            if !other.is_kept {
                other.kind = None;
                return Err(Refusal::Labels);
            }
        }
        Ok(())
    }
}

impl Names {
    /// Whether these are the names of such labels, valid for such a series.
    fn is_of(&self, labels: &[Label<'_>], kind: Kind) -> bool {
        let mut start = 0;
        self.kind == Some(kind)
            && labels.len() == self.ends.len()
            && labels.iter().zip(&self.ends).all(|(label, end)| {
                let same = self.plain.as_bytes()[start..end.plain] == *label.name.as_bytes();
                start = end.plain;
                same
            })
    }

    /// Takes the names of these labels, or says that they cannot be written.
    fn take(&mut self, labels: &[Label<'_>], kind: Kind, scheme: Scheme) -> Result<(), Refusal> {
        self.kind = None;
        self.is_used = false;
        self.is_kept = false;
        self.plain.clear();
        self.escaped.clear();
        self.ends.clear();
        let reserved = reserved(kind);
        for label in labels {
            let start = self.escaped.len();
            scheme.escape_into(label.name, false, &mut self.escaped);
            let name = &self.escaped[start..];
            let is_taken = self.parts().any(|(_, before)| before == name);
            let is_reserved = name == "__name__" || Some(name) == reserved;
            if !is_readable(name) || is_reserved || is_taken {
                return Err(Refusal::Labels);
            }
            self.plain.push_str(label.name);
            self.ends.push(Ends { plain: self.plain.len(), escaped: self.escaped.len() });
        }
        self.kind = Some(kind);
        Ok(())
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
}

/// The label that the value of a series brings itself.
const fn reserved(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Histogram => Some("le"),
        Kind::Summary => Some("quantile"),
        _ => None,
    }
}
