//! The labels of a sample, in braces.

use std::mem;

use crate::{
    Kind, Label, Refusal, Scheme,
    label_names::{Checked, LabelNames},
    scheme::is_legal,
};

use super::escape;

/// The labels of a series, up to but without the closing brace.
///
/// The names are kept as the text that comes before each value, those of two sets of names.
#[derive(Debug, Default)]
pub(crate) struct LabelBlock {
    names: LabelNames,
    current: Text,
    other: Text,
}

/// The text of one set of names.
#[derive(Debug, Default)]
struct Text {
    /// `{first="` `",second="` and so on.
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// The character before the first name.
    opening: u8,
}

impl LabelBlock {
    /// From now on names are escaped so.
    pub(crate) fn set_scheme(&mut self, scheme: Scheme) {
        self.names.set_scheme(scheme);
    }

    /// A family begins.
    pub(crate) fn begin_family(&mut self) {
        self.names.begin_family();
    }

    /// Makes sure that these labels can be written behind `opening` for a series of this kind.
    pub(crate) fn check(
        &mut self,
        labels: &[Label<'_>],
        kind: Kind,
        opening: u8,
    ) -> Result<(), Refusal> {
        let checked = self.names.check(labels, kind)?;
        if checked != Checked::Same {
            mem::swap(&mut self.current, &mut self.other);
        }
        if checked == Checked::New || self.current.opening != opening {
            self.current.render(self.names.escaped(), opening);
        }
        Ok(())
    }

    /// The names that were checked last, escaped.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.names.escaped()
    }

    /// Writes the labels that were checked last.
    pub(crate) fn write(&self, labels: &[Label<'_>], out: &mut Vec<u8>) {
        let mut start = 0;
        for (label, &end) in labels.iter().zip(&self.current.ends) {
            out.extend_from_slice(&self.current.bytes[start..end]);
            escape::quoted(label.value, out);
            start = end;
        }
        if !labels.is_empty() {
            out.push(b'"');
        }
    }
}

impl Text {
    fn render<'a>(&mut self, names: impl Iterator<Item = &'a str>, opening: u8) {
        self.opening = opening;
        self.bytes.clear();
        self.ends.clear();
        for name in names {
            if self.ends.is_empty() {
                self.bytes.push(opening);
            } else {
                self.bytes.extend_from_slice(b"\",");
            }
            escape::label_name(name, is_legal(name, false), &mut self.bytes);
            self.bytes.extend_from_slice(b"=\"");
            self.ends.push(self.bytes.len());
        }
    }
}
