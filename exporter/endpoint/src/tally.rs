//! Counts how scrapes end, and what pages lack.

use std::{
    iter,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

use kymo_exposition::{Loss, Report};
use opentelemetry::KeyValue;

use crate::{end::End, key, medium::Medium};

/// How often scrapes ended how, how many series pages lack and why, and which parts of the others: everything that
/// can happen is there before it has, at zero. So it is with a format from when somebody asked for it first.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    ends: [[AtomicU64; End::ALL.len()]; Medium::ALL.len()],
    is_asked: [AtomicBool; Medium::ALL.len()],
    left_out: [AtomicU64; LEFT_OUT.len()],
    losses: [AtomicU64; Loss::ALL.len()],
}

/// So many of the media are there before anybody asked for them.
const USUAL: usize = 2;
/// Why a page lacks series.
const LEFT_OUT: [&str; 3] = ["malformed", "unsupported", "full"];

impl Tally {
    /// Somebody asks for it.
    pub(crate) fn asked(&self, medium: Medium) {
        self.is_asked[medium.index()].store(true, Ordering::Relaxed);
    }

    pub(crate) fn ended(&self, medium: Medium, end: End) {
        self.ends[medium.index()][end as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// A page lacks what `report` says, and what it had no room for.
    pub(crate) fn lacks(&self, report: &Report, full: u64) {
        let series = [report.dropped, report.unsupported, full];
        let losses = report.losses.iter().map(|(_, losses)| losses);
        let counts = self.left_out.iter().chain(&self.losses);
        for (count, lacking) in counts.zip(series.into_iter().chain(losses)) {
            count.fetch_add(lacking, Ordering::Relaxed);
        }
    }

    /// How often each end was there.
    pub(crate) fn ends(&self) -> impl Iterator<Item = (Vec<KeyValue>, u64)> {
        let asked = self.is_asked.iter().map(|is_asked| is_asked.load(Ordering::Relaxed));
        let shown = iter::repeat_n(true, USUAL).chain(asked.skip(USUAL));
        let all = Medium::ALL.into_iter().zip(&self.ends).zip(shown);
        all.filter(|(_, is_shown)| *is_shown).flat_map(|((medium, counts), _)| {
            let counts = counts.iter().map(|count| count.load(Ordering::Relaxed));
            let attributes = move |(end, count)| (attributes(medium, end), count);
            End::ALL.into_iter().zip(counts).map(attributes)
        })
    }

    /// How many series were left out for each cause.
    pub(crate) fn left_out(&self) -> impl Iterator<Item = (KeyValue, u64)> {
        let counts = self.left_out.iter().map(|count| count.load(Ordering::Relaxed));
        LEFT_OUT.into_iter().map(|cause| key::ERROR_TYPE.of(cause)).zip(counts)
    }

    /// How many parts of series were left out, of each sort.
    pub(crate) fn losses(&self) -> impl Iterator<Item = (KeyValue, u64)> {
        let counts = self.losses.iter().map(|count| count.load(Ordering::Relaxed));
        Loss::ALL.into_iter().map(|loss| key::ERROR_TYPE.of(loss.name())).zip(counts)
    }
}

/// What metrics say of a scrape that ended so.
pub(crate) fn attributes(medium: Medium, end: End) -> Vec<KeyValue> {
    let format = key::SCRAPE_FORMAT.of(medium.name());
    let error = end.error().map(|error| key::ERROR_TYPE.of(error));
    [format].into_iter().chain(error).collect()
}
