//! The labels of a sample, in braces.

use crate::{Kind, Label};

use super::{Refusal, escape};

/// The labels of a series, up to but without the closing brace.
///
/// Series after series of a family has the same label names. So the names are validated once and
/// kept as the text that comes before each value, and later series only compare theirs.
#[derive(Debug, Default)]
pub(super) struct LabelBlock {
    /// `{first="` `",second="` and so on.
    text: Vec<u8>,
    ends: Vec<usize>,
    /// The kind that the names were validated for: it may bring a label itself.
    kind: Option<Kind>,
}

impl LabelBlock {
    /// Makes sure that these labels can be written for a series of this kind.
    pub(super) fn check(&mut self, labels: &[Label<'_>], kind: Kind) -> Result<(), Refusal> {
        if self.kind == Some(kind) && self.matches(labels) {
            return Ok(());
        }
        self.text.clear();
        self.ends.clear();
        self.kind = None;
        let reserved = reserved(kind);
        let checked = labels.iter().enumerate().all(|(index, label)| {
            let taken = labels[..index].iter().any(|before| before.name == label.name);
            escape::is_label_name(label.name) && Some(label.name) != reserved && !taken
        });
        if !checked {
            return Err(Refusal::Malformed);
        }
        for label in labels {
            let before: &[u8] = if self.ends.is_empty() { b"{" } else { b"\"," };
            self.text.extend_from_slice(before);
            self.text.extend_from_slice(label.name.as_bytes());
            self.text.extend_from_slice(b"=\"");
            self.ends.push(self.text.len());
        }
        self.kind = Some(kind);
        Ok(())
    }

    /// Writes the labels that were checked last.
    pub(super) fn write(&self, labels: &[Label<'_>], out: &mut Vec<u8>) {
        let mut start = 0;
        for (label, &end) in labels.iter().zip(&self.ends) {
            out.extend_from_slice(&self.text[start..end]);
            escape::label_value(label.value, out);
            start = end;
        }
        if !labels.is_empty() {
            out.push(b'"');
        }
    }

    fn matches(&self, labels: &[Label<'_>]) -> bool {
        let mut start = 1;
        labels.len() == self.ends.len()
            && labels.iter().zip(&self.ends).all(|(label, &end)| {
                let same = &self.text[start..end - 2] == label.name.as_bytes();
                start = end + 2;
                same
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
