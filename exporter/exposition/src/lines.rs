//! The lines of a document in one of the text formats.

mod block;
mod bounds;
mod escape;
mod exemplar;
mod head;
mod number;
mod prefix;
mod style;
mod timestamp;

use std::{mem, time::SystemTime};

use crate::{
    Exemplar, Histogram, Kind, Loss, Losses, Number, Refusal, Report, Scheme, Series, Summary,
    exemplar_labels::Fate, frame::Frame,
};

pub(crate) use escape::{help, quoted};
pub(crate) use number::{write as write_number, write_f64, write_i64, write_u64};
pub(crate) use prefix::Prefix;
pub(crate) use style::Style;

use block::LabelBlock;
use bounds::Bounds;
use exemplar::Exemplars;
use head::Head;

/// Writes the samples of one family after the other, each on a line of its own.
///
/// Nothing of a series is written unless everything is: all that can be refused comes first.
#[derive(Debug)]
pub(crate) struct Lines<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) name: Prefix,
    pub(crate) report: Report,
    pub(crate) bounds: Bounds,
    /// Parts that the header of the family lacks, which count once it has a sample.
    pub(crate) header: Losses,
    style: Style,
    head: Head,
    labels: LabelBlock,
    exemplars: Exemplars,
}

impl<'a> Lines<'a> {
    /// Lines that are appended to `out`.
    pub(crate) fn new(out: &'a mut Vec<u8>, style: Style) -> Self {
        Lines {
            frame: Frame::new(out),
            name: Prefix::default(),
            report: Report::default(),
            header: Losses::default(),
            style,
            head: Head::default(),
            labels: LabelBlock::default(),
            bounds: Bounds::new(style),
            exemplars: Exemplars::default(),
        }
    }

    /// From now on names are escaped so.
    pub(crate) fn set_scheme(&mut self, scheme: Scheme) {
        self.labels.set_scheme(scheme);
        self.exemplars.set_scheme(scheme);
    }

    /// Begins a family under this name, which is escaped already.
    pub(crate) fn begin_family(&mut self, name: &str) {
        self.name.set(name);
        self.head.clear();
        self.labels.begin_family();
    }

    /// Ends the family, and counts it and what its header lacks if it has samples.
    pub(crate) fn end_family(&mut self) {
        let has_samples = self.frame.end_family();
        self.report.families += u64::from(has_samples);
        for (loss, count) in mem::take(&mut self.header).iter().filter(|_| has_samples) {
            self.report.lose(loss, count, self.name.name());
        }
    }

    /// The labels of the next series have the names that were checked last, and the last `same` of them their values.
    pub(crate) fn repeat_labels(&mut self, same: usize) {
        self.labels.repeat_labels(same);
    }

    /// Makes sure that the labels and the time of a series can be written.
    #[inline]
    pub(crate) fn check(&mut self, series: &Series<'_>, kind: Kind) -> Result<(), Refusal> {
        if !self.labels.check(series.labels, kind, &self.name)? {
            self.head.clear();
        }
        match series.timestamp {
            Some(time) if !self.style.has_time(time) => Err(Refusal::Unsupported),
            _ => Ok(()),
        }
    }

    /// The names of the labels that were checked last, escaped.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.labels.names()
    }

    /// Writes one sample; its labels are checked already.
    #[inline]
    pub(crate) fn sample(
        &mut self,
        suffix: &'static str,
        series: &Series<'_>,
        number: Number,
        exemplar: Option<&Exemplar<'_>>,
    ) {
        self.begin_sample(suffix, series);
        write_number(number, self.frame.out);
        match exemplar {
            None => self.end_line(series),
            Some(exemplar) => self.end_line_with(series, [exemplar]),
        }
    }

    /// So many parts of the series that is being written are lost.
    pub(crate) fn lose(&mut self, loss: Loss, count: u64) {
        self.report.lose(loss, count, self.name.name());
    }

    /// Writes the samples of a histogram; its labels are checked already.
    pub(crate) fn histogram(
        &mut self,
        series: &Series<'_>,
        it: &Histogram<'_>,
    ) -> Result<(), Refusal> {
        let total = it.count().ok_or(Refusal::Value)?;
        if it.counts.len() != it.bounds.len() + 1 {
            return Err(Refusal::Value);
        }
        self.bounds.prepare(it.bounds)?;

        let line = self.frame.out.len();
        self.name.write("_bucket", self.frame.out);
        let labels = self.frame.out.len();
        self.labels.write(series.labels, self.frame.out);
        let labels = labels..self.frame.out.len();
        let is_open = self.name.is_quoted() || !labels.is_empty();
        self.frame.out.push(if is_open { b',' } else { b'{' });
        let le = self.frame.out.len();

        let Lines { frame: Frame { out, .. }, name, bounds, exemplars, report, style, .. } = self;
        let kept = style.exemplars_of(it);
        let mut cumulative = 0;
        for (index, count) in it.counts.iter().enumerate() {
            if index > 0 {
                out.extend_from_within(line..le);
            }
            cumulative += count;
            out.extend_from_slice(bounds.text(index));
            write_u64(cumulative, out);
            if series.timestamp.is_some() {
                style.times(series, out);
            }
            if let Some(Some(exemplar)) = kept.get(index) {
                let is_in = bounds.is_in(exemplar.value, index);
                let fate = if is_in { exemplars.write(exemplar, out) } else { Fate::LeftOut };
                report.exemplar(fate, name.name());
            }
            out.push(b'\n');
        }
        // Those that are behind the last bucket, in none.
        let more = kept.iter().skip(it.counts.len()).flatten().count();
        report.lose(Loss::Exemplar, more as u64, name.name());
        report.samples += it.counts.len() as u64;
        let sum = self.style.sum_of(it);
        let count = self.style.has_count(sum).then_some(Number::U64(total));
        if sum.is_none() {
            self.lose(Loss::Sum, it.sum.is_some().into());
            self.lose(Loss::Count, count.is_none().into());
        }
        for (suffix, total) in [("_sum", sum), ("_count", count)] {
            let Some(total) = total else { continue };
            self.name.write(suffix, self.frame.out);
            self.frame.out.extend_from_within(labels.clone());
            self.close_labels(series);
            write_number(total, self.frame.out);
            self.end_line(series);
        }
        Ok(())
    }

    /// Writes the samples of a summary; its labels are checked already.
    pub(crate) fn summary(&mut self, series: &Series<'_>, it: &Summary<'_>) -> Result<(), Refusal> {
        if !it.is_well_formed() {
            return Err(Refusal::Value);
        }
        self.style.takes(it)?;
        for q in it.quantiles {
            self.name.write("", self.frame.out);
            self.labels.write(series.labels, self.frame.out);
            let is_open = self.has_braces(series);
            self.frame.out.extend_from_slice(if is_open { b"," } else { b"{" });
            self.frame.out.extend_from_slice(b"quantile=\"");
            self.style.label(q.quantile, self.frame.out);
            self.frame.out.extend_from_slice(b"\"} ");
            write_f64(q.value, self.frame.out);
            self.end_line(series);
        }
        match it.sum {
            Some(sum) if self.style.is_total(sum) => self.sample("_sum", series, sum, None),
            Some(_) => self.lose(Loss::Sum, 1),
            None => {}
        }
        self.sample("_count", series, Number::U64(it.count), None);
        Ok(())
    }

    /// Writes a sample that says when the series began; its labels are checked already.
    pub(crate) fn created(&mut self, series: &Series<'_>, start: SystemTime) {
        self.begin_sample("_created", series);
        timestamp::write(start, self.frame.out);
        self.end_line(series);
    }
}

/// The parts of lines.
impl Lines<'_> {
    /// The name and the labels, and the space before the value.
    #[inline]
    pub(crate) fn begin_sample(&mut self, suffix: &'static str, series: &Series<'_>) {
        let Lines { frame: Frame { out, .. }, name, head, labels, .. } = self;
        if let Some(head) = head.of(suffix) {
            out.extend_from_slice(head);
        } else {
            let start = out.len();
            name.write(suffix, out);
            if series.labels.is_empty() {
                return self.close_labels(series);
            }
            labels.write_opening(out);
            head.keep(suffix, &out[start..]);
        }
        labels.write_closed(series.labels, out);
    }

    /// Closes the labels that have been written, if any.
    fn close_labels(&mut self, series: &Series<'_>) {
        let close: &[u8] = if self.has_braces(series) { b"} " } else { b" " };
        self.frame.out.extend_from_slice(close);
    }

    /// Adds the times and the exemplars, if there are any.
    pub(crate) fn end_line_with<'e>(
        &mut self,
        series: &Series<'_>,
        exemplars: impl IntoIterator<Item = &'e Exemplar<'e>>,
    ) {
        if series.timestamp.is_some() || series.start_time.is_some() {
            self.style.times(series, self.frame.out);
        }
        for exemplar in exemplars {
            let fate = self.exemplars.write(exemplar, self.frame.out);
            self.report.exemplar(fate, self.name.name());
        }
        self.end();
    }

    /// Adds the times, if there are any.
    #[inline]
    fn end_line(&mut self, series: &Series<'_>) {
        if series.timestamp.is_some() {
            self.style.times(series, self.frame.out);
        }
        self.end();
    }

    fn end(&mut self) {
        self.frame.out.push(b'\n');
        self.report.samples += 1;
    }

    fn has_braces(&self, series: &Series<'_>) -> bool {
        self.name.is_quoted() || !series.labels.is_empty()
    }
}
