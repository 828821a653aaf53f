//! The text formats, by the samples that differ.

use crate::{Exemplar, Histogram, Number, Refusal, Series, Summary};

use super::{number, timestamp};

/// A text format, where its samples are unlike those of others.
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

    /// Whether a sample can be of this time, in milliseconds: before 1970 it has a minus, which Prometheus does not
    /// read in its own text.
    pub(super) fn has_time(self, milliseconds: i64) -> bool {
        self != Style::Prometheus || milliseconds >= 0
    }

    /// Writes the times that a sample has.
    ///
    /// Hardly any has one, and what writes the others is to stay short.
    #[cold]
    pub(super) fn times(self, series: &Series<'_>, out: &mut Vec<u8>) {
        if let Some(milliseconds) = series.timestamp {
            out.push(b' ');
            match self {
                Style::Prometheus => number::write_i64(milliseconds, out),
                Style::OpenMetrics | Style::Composite => {
                    timestamp::write_milliseconds(milliseconds, out);
                }
            }
        }
        if self == Style::Composite
            && let Some(start) = series.start_time
        {
            out.extend_from_slice(b" st@");
            timestamp::write(start, out);
        }
    }

    /// Whether this can be the value of a total.
    pub(crate) fn is_total(self, number: Number) -> bool {
        self == Style::Prometheus || number.as_f64() >= 0.0
    }

    /// The sum of a histogram, where it has one that can be written.
    pub(super) fn sum_of(self, it: &Histogram<'_>) -> Option<Number> {
        let falls = self == Style::OpenMetrics && it.bounds.first().is_some_and(|it| *it < 0.0);
        it.sum.filter(|sum| !it.can_fall && !falls && self.is_total(*sum))
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

    /// The exemplars of a histogram, where the format has them.
    pub(super) fn exemplars_of<'a>(self, it: &Histogram<'a>) -> &'a [Option<Exemplar<'a>>] {
        if self == Style::Prometheus { &[] } else { it.exemplars }
    }
}
