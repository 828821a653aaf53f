//! The labels of a sample, in braces.

use std::mem;

use crate::{
    Kind, Label, Refusal, Scheme,
    label_names::{Checked, LabelNames},
    scheme::is_legal,
};

use super::{Prefix, escape};

/// The labels of a series.
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
    /// With the closing brace and the space behind it.
    bytes: Vec<u8>,
    /// How many labels; none are kept before the second of some series in which they are the same.
    labels: usize,
}

/// The text of one set of names.
#[derive(Debug, Default)]
struct Text {
    /// `{first="` `",second="` and so on; behind those are others, whose memory is kept.
    parts: Vec<Vec<u8>>,
    labels: usize,
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

    /// Makes sure that these labels can be written behind `name` for a series of this kind; says whether their names
    /// are those that were checked before, as far as that is known.
    #[inline]
    pub(crate) fn check(
        &mut self,
        labels: &[Label<'_>],
        kind: Kind,
        name: &Prefix,
    ) -> Result<bool, Refusal> {
        let same = mem::take(&mut self.same);
        let checked = self.names.check(labels, kind)?;
        if checked == Checked::Repeated {
            // The first one is never among them: what comes before it is no part of the tail.
            let same = same.min(labels.len().saturating_sub(1));
            if self.tail.labels != same {
                self.keep_tail(labels, same);
            }
            return Ok(true);
        }
        self.tail.labels = 0;
        if checked != Checked::Same {
            mem::swap(&mut self.current, &mut self.other);
        }
        if checked == Checked::New || self.current.opening != name.opening() {
            self.current.render(self.names.escaped(), name.opening());
        }
        Ok(checked == Checked::Same)
    }

    /// Keeps the last `same` of these labels as they are written.
    #[cold]
    fn keep_tail(&mut self, labels: &[Label<'_>], same: usize) {
        let own = labels.len().saturating_sub(same);
        self.tail.labels = same;
        self.tail.bytes.clear();
        write_all(self.current.parts().iter().zip(labels).skip(own), &mut self.tail.bytes);
        self.tail.bytes.extend_from_slice(CLOSING);
    }

    /// The names that were checked last, escaped.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.names.escaped()
    }

    /// Writes the labels that were checked last, but for the closing brace.
    pub(crate) fn write(&self, labels: &[Label<'_>], out: &mut Vec<u8>) {
        let (own, tail) = labels.split_at(labels.len().saturating_sub(self.tail.labels));
        write_all(self.current.parts().iter().zip(own), out);
        if !tail.is_empty() {
            // Without the brace and the space.
            out.extend_from_slice(&self.tail.bytes[..self.tail.bytes.len() - 2]);
        } else if !own.is_empty() {
            out.push(b'"');
        }
    }

    /// Writes all that comes before the first value.
    pub(crate) fn write_opening(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.current.parts().first().map_or(&[], Vec::as_slice));
    }

    /// Writes the labels that were checked last from the first value on, and closes them. There is at least one.
    #[inline]
    pub(crate) fn write_closed(&self, labels: &[Label<'_>], out: &mut Vec<u8>) {
        let own = &labels[..labels.len().saturating_sub(self.tail.labels)];
        if let [first, others @ ..] = own {
            escape::quoted(first.value, out);
            write_all(self.current.parts[1..].iter().zip(others), out);
        }
        if self.tail.labels > 0 {
            out.extend_from_slice(&self.tail.bytes);
        } else {
            out.extend_from_slice(CLOSING);
        }
    }
}

/// What comes behind the value of the last label.
const CLOSING: &[u8] = b"\"} ";

/// Writes labels, each behind the text that comes before its value.
#[inline]
fn write_all<'a>(labels: impl Iterator<Item = (&'a Vec<u8>, &'a Label<'a>)>, out: &mut Vec<u8>) {
    for (before, label) in labels {
        out.extend_from_slice(before);
        escape::quoted(label.value, out);
    }
}

impl Text {
    /// The text before each value.
    fn parts(&self) -> &[Vec<u8>] {
        &self.parts[..self.labels]
    }

    fn render<'a>(&mut self, names: impl Iterator<Item = &'a str>, opening: u8) {
        self.opening = opening;
        self.labels = 0;
        for name in names {
            if self.parts.len() == self.labels {
                self.parts.push(Vec::new());
            }
            let part = &mut self.parts[self.labels];
            part.clear();
            if self.labels == 0 {
                part.push(opening);
            } else {
                part.extend_from_slice(b"\",");
            }
            escape::label_name(name, is_legal(name, false), part);
            part.extend_from_slice(b"=\"");
            self.labels += 1;
        }
    }
}
