//! Counts how scrapes end, and what pages lack.

use std::sync::atomic::{AtomicU64, Ordering};

use kymo_exposition::Report;
use opentelemetry::KeyValue;

use crate::{end::End, format::Format, key};

/// How often scrapes ended how, and how many series pages lack and why: everything that can happen is there
/// before it has, at zero.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    ends: [[AtomicU64; End::ALL.len()]; Format::ALL.len()],
    left_out: [AtomicU64; LEFT_OUT.len()],
}

/// Why a page lacks series.
const LEFT_OUT: [&str; 3] = ["malformed", "unsupported", "full"];

impl Tally {
    pub(crate) fn ended(&self, format: Format, end: End) {
        self.ends[format as usize][end as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// A page lacks what `report` says, and what it had no room for.
    pub(crate) fn lacks(&self, report: Report, full: u64) {
        let series = [report.dropped, report.unsupported, full];
        for (count, series) in self.left_out.iter().zip(series) {
            count.fetch_add(series, Ordering::Relaxed);
        }
    }

    /// How often each end was there.
    pub(crate) fn ends(&self) -> impl Iterator<Item = (Vec<KeyValue>, u64)> {
        Format::ALL.into_iter().zip(&self.ends).flat_map(|(format, counts)| {
            let counts = counts.iter().map(|count| count.load(Ordering::Relaxed));
            let attributes = move |(end, count)| (attributes(format, end), count);
            End::ALL.into_iter().zip(counts).map(attributes)
        })
    }

    /// How many series were left out for each cause.
    pub(crate) fn left_out(&self) -> impl Iterator<Item = (KeyValue, u64)> {
        let counts = self.left_out.iter().map(|count| count.load(Ordering::Relaxed));
        LEFT_OUT.into_iter().map(|cause| key::ERROR_TYPE.of(cause)).zip(counts)
    }
}

/// What metrics say of a scrape that ended so.
pub(crate) fn attributes(format: Format, end: End) -> Vec<KeyValue> {
    let format = key::SCRAPE_FORMAT.of(format.name());
    let error = end.error().map(|error| key::ERROR_TYPE.of(error));
    [format].into_iter().chain(error).collect()
}
