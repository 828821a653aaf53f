//! The text format, version 0.0.4: what every Prometheus server and agent reads.
//!
//! Written from the [exposition format][format] page. A part of the model that the format lacks becomes
//! the next best thing:
//!
//! | in the model | in the document |
//! |---|---|
//! | [`Kind::Info`], [`Kind::StateSet`] | a gauge of the same name |
//! | [`Kind::Unknown`] | `untyped` |
//! | units, start times, exemplars | nothing |
//! | native histograms | nothing, counted as [unsupported](Report::unsupported) |
//! | a family name outside `[a-zA-Z_:][a-zA-Z0-9_:]*` | the other characters become `_` |
//! | a label name outside `[a-zA-Z_][a-zA-Z0-9_]*` | nothing, the series is [dropped](Report::dropped) |
//!
//! [format]: https://prometheus.io/docs/instrumenting/exposition_formats/

mod block;
mod bounds;
mod escape;
mod header;
mod number;

use crate::{Family, Histogram, Kind, Names, Number, Report, Series, Sink, Summary, Value};
use block::LabelBlock;
use bounds::Bounds;

/// The `Content-Type` of a document in this format.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Writes families as text 0.0.4 into a buffer that it only ever appends to.
///
/// It allocates a little per family, to know which names are taken, and nothing per series. Call
/// [`finish`](Self::finish) at the end; without it, the header of a last family without series stays.
#[derive(Debug)]
pub struct TextWriter<'a> {
    out: &'a mut Vec<u8>,
    /// The name of the family being written.
    name: String,
    /// Its kind, or `None` before the first family and inside one that was refused.
    kind: Option<Kind>,
    /// The offsets at which its header begins and ends.
    header: usize,
    body: usize,
    /// Whether samples of it were passed on.
    is_passed_on: bool,
    names: Names,
    labels: LabelBlock,
    bounds: Bounds,
    report: Report,
}

impl<'a> TextWriter<'a> {
    /// A writer that appends to `out`.
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        TextWriter {
            header: out.len(),
            body: out.len(),
            out,
            name: String::new(),
            kind: None,
            is_passed_on: false,
            names: Names::default(),
            labels: LabelBlock::default(),
            bounds: Bounds::default(),
            report: Report::default(),
        }
    }

    /// Bytes in the buffer: all that was written and not [passed on](Self::pass_on).
    pub fn buffered(&self) -> usize {
        self.out.len()
    }

    /// Takes out of the buffer whatever stays as it is, for `take`: so a large document need not be in
    /// one piece.
    ///
    /// The header of a family without series remains, since it may go yet.
    pub fn pass_on(&mut self, take: impl FnOnce(&[u8])) {
        let has_samples = self.is_passed_on || self.out.len() > self.body;
        let settled = if has_samples { self.out.len() } else { self.header };
        take(&self.out[..settled]);
        self.out.drain(..settled);
        self.is_passed_on = has_samples;
        self.header = 0;
        self.body = self.body.saturating_sub(settled);
    }

    /// Ends the document, and says what is in it and what is not.
    pub fn finish(mut self) -> Report {
        self.end_family();
        self.report
    }
}

impl Sink for TextWriter<'_> {
    fn family(&mut self, family: &Family<'_>) {
        self.end_family();
        escape::name_into(family.name, &mut self.name);
        if self.name.is_empty() || self.names.claim(&self.name, family.kind).is_err() {
            return;
        }
        header::write(&self.name, family, self.out);
        self.body = self.out.len();
        self.kind = Some(family.kind);
    }

    fn series(&mut self, series: &Series<'_>) {
        match self.write(series) {
            Ok(()) => {}
            Err(Refusal::Malformed) => self.report.dropped += 1,
            Err(Refusal::Unsupported) => self.report.unsupported += 1,
        }
    }
}

impl TextWriter<'_> {
    /// Takes the header back when nothing followed it.
    fn end_family(&mut self) {
        if self.is_passed_on || self.out.len() > self.body {
            self.report.families += 1;
        } else {
            self.out.truncate(self.header);
        }
        self.is_passed_on = false;
        self.header = self.out.len();
        self.body = self.header;
        self.kind = None;
    }

    /// Writes the series, or says why not; nothing is written unless everything is.
    fn write(&mut self, series: &Series<'_>) -> Result<(), Refusal> {
        let kind = self.kind.ok_or(Refusal::Malformed)?;
        match (kind, &series.value) {
            (Kind::Histogram, Value::Histogram(histogram)) => {
                self.labels.check(series.labels, kind)?;
                self.histogram(series, histogram)
            }
            (Kind::Histogram, Value::NativeHistogram(_)) => Err(Refusal::Unsupported),
            (Kind::Summary, Value::Summary(summary)) => {
                self.labels.check(series.labels, kind)?;
                self.summary(series, summary)
            }
            (Kind::Histogram | Kind::Summary, _) => Err(Refusal::Malformed),
            (_, Value::Number(number, _)) => {
                self.labels.check(series.labels, kind)?;
                self.number(series, *number);
                Ok(())
            }
            _ => Err(Refusal::Malformed),
        }
    }

    fn number(&mut self, series: &Series<'_>, number: Number) {
        self.begin_sample("", series);
        self.end_sample(series, number);
    }

    fn histogram(&mut self, series: &Series<'_>, it: &Histogram<'_>) -> Result<(), Refusal> {
        let total = it.count().ok_or(Refusal::Malformed)?;
        if it.counts.len() != it.bounds.len() + 1 {
            return Err(Refusal::Malformed);
        }
        self.bounds.prepare(it.bounds)?;

        let line = self.out.len();
        self.out.extend_from_slice(self.name.as_bytes());
        self.out.extend_from_slice(b"_bucket");
        let labels = self.out.len();
        self.labels.write(series.labels, self.out);
        let labels = labels..self.out.len();
        self.out.push(if labels.is_empty() { b'{' } else { b',' });
        let le = self.out.len();

        let mut cumulative = 0;
        for (index, count) in it.counts.iter().enumerate() {
            if index > 0 {
                self.out.extend_from_within(line..le);
            }
            cumulative += count;
            self.out.extend_from_slice(self.bounds.label(index));
            number::write_u64(cumulative, self.out);
            self.end_line(series);
        }
        let totals = [("_sum", it.sum), ("_count", Some(Number::U64(total)))];
        for (suffix, total) in totals {
            let Some(total) = total else { continue };
            self.out.extend_from_slice(self.name.as_bytes());
            self.out.extend_from_slice(suffix.as_bytes());
            self.out.extend_from_within(labels.clone());
            self.end_sample(series, total);
        }
        Ok(())
    }

    fn summary(&mut self, series: &Series<'_>, it: &Summary<'_>) -> Result<(), Refusal> {
        if !it.is_well_formed() {
            return Err(Refusal::Malformed);
        }
        for q in it.quantiles {
            self.begin_sample("", series);
            self.out.extend_from_slice(if series.labels.is_empty() { b"{" } else { b"," });
            self.out.extend_from_slice(b"quantile=\"");
            number::write_f64(q.quantile, self.out);
            self.out.extend_from_slice(b"\"} ");
            number::write_f64(q.value, self.out);
            self.end_line(series);
        }
        if let Some(sum) = it.sum {
            self.begin_sample("_sum", series);
            self.end_sample(series, sum);
        }
        self.begin_sample("_count", series);
        self.end_sample(series, Number::U64(it.count));
        Ok(())
    }
}

/// The parts of sample lines.
impl TextWriter<'_> {
    /// The name and the labels, which stay open.
    fn begin_sample(&mut self, suffix: &str, series: &Series<'_>) {
        self.out.extend_from_slice(self.name.as_bytes());
        self.out.extend_from_slice(suffix.as_bytes());
        self.labels.write(series.labels, self.out);
    }

    /// Closes the labels that have been written, if any, and adds the value.
    fn end_sample(&mut self, series: &Series<'_>, number: Number) {
        let close: &[u8] = if series.labels.is_empty() { b" " } else { b"} " };
        self.out.extend_from_slice(close);
        number::write(number, self.out);
        self.end_line(series);
    }

    /// Adds the timestamp, if there is one.
    fn end_line(&mut self, series: &Series<'_>) {
        if let Some(timestamp) = series.timestamp {
            self.add_timestamp(timestamp);
        }
        self.out.push(b'\n');
        self.report.samples += 1;
    }

    /// Hardly any series has one, and what writes the others is to stay short.
    #[cold]
    fn add_timestamp(&mut self, timestamp: i64) {
        self.out.push(b' ');
        number::write_i64(timestamp, self.out);
    }
}

/// Why a series is not in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    Malformed,
    Unsupported,
}
