//! The `le` labels of buckets.

use crate::histogram::are_bounds;

use super::{Refusal, number};

/// The `le` labels of the buckets, kept because most histograms share their bounds with the last.
#[derive(Debug, Default)]
pub(super) struct Bounds {
    labelled: Vec<f64>,
    /// `le="0.1"} le="0.5"} le="+Inf"} `
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Bounds {
    /// Makes sure that these bounds can be written, and gets their labels ready.
    pub(super) fn prepare(&mut self, bounds: &[f64]) -> Result<(), Refusal> {
        // Zero and minus zero are equal and both give a right label, so comparing floats is fine.
        if !self.ends.is_empty() && self.labelled == bounds {
            return Ok(());
        }
        self.ends.clear();
        if !are_bounds(bounds) {
            return Err(Refusal::Malformed);
        }
        self.labelled.clear();
        self.labelled.extend_from_slice(bounds);
        self.text.clear();
        for bound in bounds.iter().copied().chain([f64::INFINITY]) {
            self.text.extend_from_slice(b"le=\"");
            number::write_f64(bound, &mut self.text);
            self.text.extend_from_slice(b"\"} ");
            self.ends.push(self.text.len());
        }
        Ok(())
    }

    /// The label of this bucket, the closing brace and the space after it.
    pub(super) fn label(&self, bucket: usize) -> &[u8] {
        let start = bucket.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[bucket]]
    }
}
