//! The labels of a sample, in braces.

use crate::{
    Kind, Label, Scheme,
    label_names::{Checked, LabelNames},
    refusal::Refusal,
    scheme::is_legal,
};

use super::escape;

/// The labels of a series, up to but without the closing brace.
///
/// The names are kept as the text that comes before each value.
#[derive(Debug, Default)]
pub(crate) struct LabelBlock {
    names: LabelNames,
    /// `{first="` `",second="` and so on.
    text: Vec<u8>,
    ends: Vec<usize>,
    /// What comes before the first name.
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
        if checked == Checked::Changed || self.opening != opening {
            self.render(opening);
        }
        Ok(())
    }

    /// Whether one of the labels that were checked last has this name, escaped.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.escaped().any(|label| label == name)
    }

    /// Writes the labels that were checked last.
    pub(crate) fn write(&self, labels: &[Label<'_>], out: &mut Vec<u8>) {
        let mut start = 0;
        for (label, &end) in labels.iter().zip(&self.ends) {
            out.extend_from_slice(&self.text[start..end]);
            escape::quoted(label.value, out);
            start = end;
        }
        if !labels.is_empty() {
            out.push(b'"');
        }
    }

    fn render(&mut self, opening: u8) {
        self.opening = opening;
        self.text.clear();
        self.ends.clear();
        for name in self.names.escaped() {
            if self.ends.is_empty() {
                self.text.push(opening);
            } else {
                self.text.extend_from_slice(b"\",");
            }
            escape::label_name(name, is_legal(name, false), &mut self.text);
            self.text.extend_from_slice(b"=\"");
            self.ends.push(self.text.len());
        }
    }
}
