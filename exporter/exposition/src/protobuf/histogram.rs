//! Histograms as messages.

use crate::{
    Histogram, NativeBuckets, NativeHistogram, Number, Refusal, Series,
    exemplar_labels::{ExemplarLabels, Fate},
};

use super::{ProtobufWriter, exemplar, field, wire};

impl ProtobufWriter<'_> {
    /// Writes a classic histogram.
    pub(super) fn classic(
        &mut self,
        series: &Series<'_>,
        it: &Histogram<'_>,
    ) -> Result<(), Refusal> {
        let count = it.count().filter(|_| it.is_well_formed()).ok_or(Refusal::Value)?;
        self.histogram(series, Totals { count, sum: it.sum }, None, Some(it));
        Ok(())
    }

    /// Writes a native histogram, with its classic buckets beside it if it has some.
    pub(super) fn native(
        &mut self,
        series: &Series<'_>,
        it: &NativeHistogram<'_>,
    ) -> Result<(), Refusal> {
        let classic = it.classic.as_ref();
        if !it.is_well_formed() || classic.is_some_and(|classic| !classic.is_well_formed()) {
            return Err(Refusal::Value);
        }
        let total = classic.map(|classic| classic.count().ok_or(Refusal::Value)).transpose()?;
        // A bucket is the difference to the one before it, in signed 64 bits.
        if i64::try_from(it.count).is_err() {
            return self.classic(series, classic.ok_or(Refusal::Unsupported)?);
        }
        // Two histograms that differ are not one.
        let classic = classic.filter(|_| total == Some(it.count));
        self.histogram(series, Totals { count: it.count, sum: Some(it.sum) }, Some(it), classic);
        Ok(())
    }

    fn histogram(
        &mut self,
        series: &Series<'_>,
        totals: Totals,
        native: Option<&NativeHistogram<'_>>,
        classic: Option<&Histogram<'_>>,
    ) {
        let metric = self.begin(series);
        let out = &mut *self.frame.out;
        let histogram = wire::begin(field::HISTOGRAM, out);
        wire::unsigned(field::SAMPLE_COUNT, totals.count, out);
        wire::double(field::SAMPLE_SUM, totals.sum.map_or(f64::NAN, Number::as_f64), out);
        let mut note = |fate| self.report.exemplar(fate, &self.name);
        if let Some(it) = classic {
            buckets(it, &mut self.exemplars, &mut note, out);
        }
        if let Some(it) = native {
            sparse(it, &mut self.exemplars, &mut note, out);
        }
        self.report.samples += classic.map_or(0, |it| it.counts.len() as u64 + 1);
        if let Some(start) = series.start_time {
            wire::time(field::HISTOGRAM_CREATED, start, out);
        }
        wire::end(histogram, out);
        self.end(metric, series);
    }
}

/// The numbers beside the buckets.
#[derive(Clone, Copy)]
struct Totals {
    count: u64,
    sum: Option<Number>,
}

/// The classic buckets, without that of `+Inf`, which the count stands for, unless it has an exemplar; `note` is told
/// what became of exemplars.
fn buckets(
    it: &Histogram<'_>,
    exemplars: &mut ExemplarLabels,
    note: &mut impl FnMut(Fate),
    out: &mut Vec<u8>,
) {
    // Those that are behind the last bucket, in none.
    it.exemplars.iter().skip(it.counts.len()).flatten().for_each(|_| note(Fate::LeftOut));
    let mut cumulative = 0;
    let bounds = it.bounds.iter().copied().chain([f64::INFINITY]);
    for (index, (bound, count)) in bounds.zip(it.counts).enumerate() {
        cumulative += count;
        let given = it.exemplars.get(index).and_then(Option::as_ref);
        let exemplar = given.filter(|exemplar| exemplar.value <= bound);
        if given.is_some() && exemplar.is_none() {
            note(Fate::LeftOut);
        }
        if index == it.bounds.len() && exemplar.is_none() {
            return;
        }
        let bucket = wire::begin(field::BUCKETS, out);
        wire::unsigned(field::CUMULATIVE_COUNT, cumulative, out);
        wire::double(field::UPPER_BOUND, bound, out);
        if let Some(exemplar) = exemplar {
            note(exemplar::write(field::BUCKET_EXEMPLAR, exemplar, exemplars, out));
        }
        wire::end(bucket, out);
    }
}

/// The native buckets; `note` is told what became of exemplars.
fn sparse(
    it: &NativeHistogram<'_>,
    exemplars: &mut ExemplarLabels,
    note: &mut impl FnMut(Fate),
    out: &mut Vec<u8>,
) {
    wire::zigzag(field::SCHEMA, it.schema.into(), out);
    wire::double(field::ZERO_THRESHOLD, it.zero_threshold, out);
    wire::unsigned(field::ZERO_COUNT, it.zero_count, out);
    side(field::NEGATIVE_SPANS, field::NEGATIVE_DELTAS, it.negative, out);
    side(field::POSITIVE_SPANS, field::POSITIVE_DELTAS, it.positive, out);
    let is_empty = it.positive.spans().chain(it.negative.spans()).next().is_none();
    if is_empty && it.zero_threshold == 0.0 && it.zero_count == 0 {
        // By the schema, so it is told from a classic histogram without buckets.
        span(field::POSITIVE_SPANS, 0, 0, out);
    }
    for exemplar in it.exemplars {
        note(match exemplar.timestamp {
            Some(_) => exemplar::write(field::EXEMPLARS, exemplar, exemplars, out),
            None => Fate::LeftOut,
        });
    }
}

/// The buckets of one side.
fn side(spans: u8, deltas: u8, buckets: NativeBuckets<'_>, out: &mut Vec<u8>) {
    buckets.spans().for_each(|it| span(spans, it.offset, it.length, out));
    wire::packed(deltas, buckets.deltas(), out);
}

fn span(field: u8, offset: i32, length: u32, out: &mut Vec<u8>) {
    let span = wire::begin(field, out);
    wire::zigzag(field::SPAN_OFFSET, offset, out);
    wire::unsigned(field::SPAN_LENGTH, length.into(), out);
    wire::end(span, out);
}
