//! The bounds of buckets as text.

use crate::{Refusal, histogram::are_bounds};

use super::Style;

/// The bounds of the buckets as text, kept because most histograms share theirs with the last.
#[derive(Debug)]
pub(crate) struct Bounds {
    style: Style,
    before: &'static [u8],
    after: &'static [u8],
    written: Vec<f64>,
    /// `le="0.1"} le="0.5"} le="+Inf"} `
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Bounds {
    /// Bounds as labels `le`, each with the closing brace and the space after it; as keys with the colon after
    /// them, where a sample is composite.
    pub(crate) fn new(style: Style) -> Self {
        let (before, after): (&[u8], &[u8]) = match style {
            Style::Prometheus | Style::OpenMetrics => (b"le=\"", b"\"} "),
            Style::Composite => (b"", b":"),
        };
        let (written, text, ends) = (Vec::new(), Vec::new(), Vec::new());
        Bounds { style, before, after, written, text, ends }
    }

    /// Makes sure that these bounds can be written, and gets their text ready.
    pub(crate) fn prepare(&mut self, bounds: &[f64]) -> Result<(), Refusal> {
        // By their bits: zero and minus zero are equal, and their labels are not.
        let known = self.written.iter().map(|bound| bound.to_bits());
        if !self.ends.is_empty() && known.eq(bounds.iter().map(|bound| bound.to_bits())) {
            return Ok(());
        }
        self.ends.clear();
        if !are_bounds(bounds) {
            return Err(Refusal::Value);
        }
        self.written.clear();
        self.written.extend_from_slice(bounds);
        self.text.clear();
        for bound in bounds.iter().copied().chain([f64::INFINITY]) {
            self.text.extend_from_slice(self.before);
            self.style.label(bound, &mut self.text);
            self.text.extend_from_slice(self.after);
            self.ends.push(self.text.len());
        }
        Ok(())
    }

    /// The text of this bucket's bound.
    pub(crate) fn text(&self, bucket: usize) -> &[u8] {
        let start = bucket.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[bucket]]
    }

    /// Whether a value is not above this bucket.
    pub(crate) fn is_in(&self, value: f64, bucket: usize) -> bool {
        value <= self.written.get(bucket).copied().unwrap_or(f64::INFINITY)
    }
}
