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
}

/// The fields of one set of names, one behind the other.
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

    /// The next labels have the names that were checked last.
    pub(super) fn repeat_names(&mut self) {
        self.names.repeat();
    }

    /// Makes sure that these labels can be written for a series of this kind.
    pub(super) fn check(&mut self, labels: &[Label<'_>], kind: Kind) -> Result<(), Refusal> {
        let checked = self.names.check(labels, kind)?;
        if matches!(checked, Checked::Other | Checked::New) {
            mem::swap(&mut self.current, &mut self.other);
        }
        if checked == Checked::New {
            let Fields { bytes, ends } = &mut self.current;
            bytes.clear();
            ends.clear();
            for name in self.names.escaped() {
                wire::bytes(field::LABEL_NAME, name.as_bytes(), bytes);
                ends.push(bytes.len());
            }
        }
        Ok(())
    }

    /// Writes the labels that were checked last.
    pub(super) fn write(&self, labels: &[Label<'_>], out: &mut Vec<u8>) {
        let mut start = 0;
        for (label, &end) in labels.iter().zip(&self.current.ends) {
            let pair = wire::begin(field::LABEL, out);
            out.extend_from_slice(&self.current.bytes[start..end]);
            wire::bytes(field::LABEL_VALUE, label.value.as_bytes(), out);
            wire::end(pair, out);
            start = end;
        }
    }
}
