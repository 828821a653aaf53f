//! In which samples of the text formats differ.

use crate::{Exemplar, Histogram, Number, Summary, refusal::Refusal};

use super::{number, timestamp};

/// In which samples of the text formats differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Prometheus's own text.
    Prometheus,
    /// OpenMetrics 1: a total is never negative and never NaN, and there are exemplars.
    OpenMetrics,
    /// OpenMetrics 2, which has all numbers of a histogram in one sample.
    Composite,
}

impl Style {
    /// Writes a number that is a label.
    pub(crate) fn label(self, value: f64, out: &mut Vec<u8>) {
        match self {
            Style::Prometheus => number::write_f64(value, out),
            Style::OpenMetrics | Style::Composite => number::write_canonical(value, out),
        }
    }

    /// Writes a time in milliseconds since the beginning of 1970.
    pub(crate) fn timestamp(self, milliseconds: i64, out: &mut Vec<u8>) {
        match self {
            Style::Prometheus => number::write_i64(milliseconds, out),
            Style::OpenMetrics | Style::Composite => {
                timestamp::write_milliseconds(milliseconds, out);
            }
        }
    }

    /// Whether this can be the value of a total.
    pub(crate) fn is_total(self, number: Number) -> bool {
        self == Style::Prometheus || number.as_f64() >= 0.0
    }

    /// The sum of a histogram, where it has one that can be written.
    pub(super) fn sum_of(self, it: &Histogram<'_>) -> Option<Number> {
        let falls = self == Style::OpenMetrics && it.bounds.first().is_some_and(|it| *it < 0.0);
        it.sum.filter(|sum| !falls && self.is_total(*sum))
    }

    /// Whether a histogram with this sum has a count besides that of its last bucket.
    pub(super) fn has_count(self, sum: Option<Number>) -> bool {
        self == Style::Prometheus || sum.is_some()
    }

    /// Refuses a summary that cannot be written.
    pub(crate) fn takes(self, it: &Summary<'_>) -> Result<(), Refusal> {
        let falls = it.quantiles.iter().any(|quantile| quantile.value < 0.0);
        if falls && self != Style::Prometheus { Err(Refusal::Unsupported) } else { Ok(()) }
    }

    /// The exemplar of a bucket, where it is in the bucket and the format has exemplars.
    pub(super) fn exemplar_of<'a>(
        self,
        it: &Histogram<'a>,
        bucket: usize,
    ) -> Option<&'a Exemplar<'a>> {
        if self == Style::Prometheus || it.exemplars.is_empty() {
            return None;
        }
        let exemplar = it.exemplars.get(bucket)?.as_ref()?;
        let bound = it.bounds.get(bucket).copied().unwrap_or(f64::INFINITY);
        (exemplar.value <= bound).then_some(exemplar)
    }
}
