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
    /// How many of the next labels, the last ones, have the values of those before.
    same: usize,
    tail: Tail,
}

/// The last labels of a series, as those of the next one are written, too.
#[derive(Debug, Default)]
struct Tail {
    bytes: Vec<u8>,
    /// How many labels; none are kept before the second of some series in which they are the same.
    labels: usize,
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

    /// The next labels have the names that were checked last, and the last `same` of them their values.
    pub(crate) fn repeat_labels(&mut self, same: usize) {
        self.names.repeat();
        self.same = same;
    }

    /// Makes sure that these labels can be written behind `opening` for a series of this kind.
    pub(crate) fn check(
        &mut self,
        labels: &[Label<'_>],
        kind: Kind,
        opening: u8,
    ) -> Result<(), Refusal> {
        let same = mem::take(&mut self.same);
        let checked = self.names.check(labels, kind)?;
        if checked == Checked::Repeated {
            if self.tail.labels != same {
                self.keep_tail(labels, same);
            }
            return Ok(());
        }
        self.tail.labels = 0;
        if checked != Checked::Same {
            mem::swap(&mut self.current, &mut self.other);
        }
        if checked == Checked::New || self.current.opening != opening {
            self.current.render(self.names.escaped(), opening);
        }
        Ok(())
    }

    /// Keeps the last `same` of these labels as they are written.
    fn keep_tail(&mut self, labels: &[Label<'_>], same: usize) {
        let labels = &labels[labels.len().saturating_sub(same)..];
        self.tail.labels = labels.len();
        self.tail.bytes.clear();
        let fixed = self.current.parts().skip(self.current.ends.len() - labels.len());
        write_all(fixed.zip(labels), &mut self.tail.bytes);
    }

    /// The names that were checked last, escaped.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.names.escaped()
    }

    /// Writes the labels that were checked last.
    pub(crate) fn write(&self, labels: &[Label<'_>], out: &mut Vec<u8>) {
        let own = labels.len().saturating_sub(self.tail.labels);
        write_all(self.current.parts().zip(&labels[..own]), out);
        if self.tail.labels > 0 {
            out.extend_from_slice(&self.tail.bytes);
        }
        if !labels.is_empty() {
            out.push(b'"');
        }
    }
}

/// Writes labels, each behind the text that comes before its value.
fn write_all<'a>(labels: impl Iterator<Item = (&'a [u8], &'a Label<'a>)>, out: &mut Vec<u8>) {
    for (before, label) in labels {
        out.extend_from_slice(before);
        escape::quoted(label.value, out);
    }
}

impl Text {
    /// The text before each value.
    fn parts(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let part = &self.bytes[start..end];
            start = end;
            part
        })
    }

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
