//! The labels of a metric.

use std::mem;

use crate::{
    Kind, Label, Refusal, Scheme,
    label_names::{Checked, LabelNames},
};

use super::{field, wire};

/// The labels of a series as messages `LabelPair`.
///
/// The names are kept as the fields that come before each value, those of two sets of names.
#[derive(Debug, Default)]
pub(super) struct LabelPairs {
    names: LabelNames,
    current: Fields,
    other: Fields,
    /// How many of the next labels, the last ones, have the values of those before.
    same: usize,
    tail: Tail,
}

/// The last labels of a series, as those of the next one are written, too; none before the second of some.
#[derive(Debug, Default)]
struct Tail {
    bytes: Vec<u8>,
    labels: usize,
}

/// The fields of one set of names, one behind the other, each with the tag of the value.
#[derive(Debug, Default)]
struct Fields {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl LabelPairs {
    /// From now on names are escaped so.
    pub(super) fn set_scheme(&mut self, scheme: Scheme) {
        self.names.set_scheme(scheme);
    }

    /// A family begins.
    pub(super) fn begin_family(&mut self) {
        self.names.begin_family();
    }

    /// The next labels have the names that were checked last, and the last `same` of them their values.
    pub(super) fn repeat_labels(&mut self, same: usize) {
        self.names.repeat();
        self.same = same;
    }

    /// Makes sure that these labels can be written for a series of this kind.
    pub(super) fn check(&mut self, labels: &[Label<'_>], kind: Kind) -> Result<(), Refusal> {
        let same = mem::take(&mut self.same);
        let checked = self.names.check(labels, kind)?;
        if checked == Checked::Repeated {
            let same = same.min(labels.len());
            if self.tail.labels != same {
                self.keep_tail(labels, same);
            }
            return Ok(());
        }
        self.tail.labels = 0;
        if matches!(checked, Checked::Other | Checked::New) {
            mem::swap(&mut self.current, &mut self.other);
        }
        if checked == Checked::New {
            let Fields { bytes, ends } = &mut self.current;
            bytes.clear();
            ends.clear();
            for name in self.names.escaped() {
                wire::bytes(field::LABEL_NAME, name.as_bytes(), bytes);
                bytes.push(wire::delimited(field::LABEL_VALUE));
                ends.push(bytes.len());
            }
        }
        Ok(())
    }

    /// Keeps the last `same` of these labels as they are written.
    #[cold]
    fn keep_tail(&mut self, labels: &[Label<'_>], same: usize) {
        self.tail.labels = same;
        self.tail.bytes.clear();
        let own = labels.len() - same;
        for (label, before) in labels.iter().zip(self.current.parts()).skip(own) {
            pair(before, label.value, &mut self.tail.bytes);
        }
    }

    /// Writes the labels that were checked last.
    pub(super) fn write(&self, labels: &[Label<'_>], out: &mut Vec<u8>) {
        let own = &labels[..labels.len().saturating_sub(self.tail.labels)];
        for (label, before) in own.iter().zip(self.current.parts()) {
            pair(before, label.value, out);
        }
        if self.tail.labels > 0 {
            out.extend_from_slice(&self.tail.bytes);
        }
    }
}

impl Fields {
    /// What comes before each value.
    fn parts(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let part = &self.bytes[start..end];
            start = end;
            part
        })
    }
}

/// Writes a label: its name and the tag of its value are `before` it.
#[inline]
fn pair(before: &[u8], value: &str, out: &mut Vec<u8>) {
    let length = before.len() + wire::length(value.len()) + value.len();
    let lengths = (u8::try_from(length), u8::try_from(value.len()));
    if let (Ok(length @ ..0x80), Ok(of_value)) = lengths {
        // Hardly any label has more: both lengths are one byte.
        out.extend_from_slice(&[wire::delimited(field::LABEL), length]);
        out.extend_from_slice(before);
        out.push(of_value);
    } else {
        out.push(wire::delimited(field::LABEL));
        wire::varint(length as u64, out);
        out.extend_from_slice(before);
        wire::varint(value.len() as u64, out);
    }
    out.extend_from_slice(value.as_bytes());
}
