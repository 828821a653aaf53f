//! Prometheus's protobuf: messages `io.prometheus.client.MetricFamily`, each behind its length.
//!
//! Written from the [schema]. A part of the model that the format lacks becomes the next best thing:
//!
//! | in the model | in the document |
//! |---|---|
//! | [`Kind::Info`], [`Kind::StateSet`] | a gauge of the same name |
//! | [`Kind::Unknown`] | `UNTYPED` |
//! | the sum of a histogram that is not known | NaN |
//! | the bucket of `+Inf` of a histogram | nothing but the count, unless it has an exemplar |
//! | exemplars | the labels that fit into 128 characters; of native buckets, those with a time |
//! | a native histogram with more than 2^63 observations | its [classic](crate::NativeHistogram::classic) form; without one nothing, counted as [unsupported](Report::unsupported) |
//!
//! A native histogram has its classic buckets beside the native ones, and its reader chooses. There is no way
//! to write native histograms of custom buckets here: a server makes them of classic ones itself.
//!
//! The length of a family is always five bytes: a varint may have more than it needs, and so nothing has to
//! move once the last series is there. The family is in memory until then, and three times while it moves to where it
//! has room to grow, where the other formats hold what is not [passed on](ProtobufWriter::pass_on) alone: that is the format's, since
//! a source says its series once.
//!
//! [schema]: https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto

mod exemplar;
mod field;
mod histogram;
mod pairs;
mod wire;

use crate::{
    Exemplar, Family, Kind, Loss, Names, Number, Refusal, Report, Scheme, Series, Sink, Summary,
    Value, exemplar_labels::ExemplarLabels, frame::Frame, scheme::is_readable,
};
use pairs::LabelPairs;

/// Writes families as delimited messages into a buffer that it only ever appends to.
///
/// It allocates a little per family, to know which names are taken, and nothing per series. Call
/// [`finish`](Self::finish) at the end; without it, the last family has no length.
#[derive(Debug)]
pub struct ProtobufWriter<'a> {
    frame: Frame<'a>,
    scheme: Scheme,
    names: Names,
    labels: LabelPairs,
    exemplars: ExemplarLabels,
    /// The name of the family being written, escaped.
    name: String,
    /// Its kind, or `None` before the first family and inside one that was refused.
    kind: Option<Kind>,
    report: Report,
}

impl<'a> ProtobufWriter<'a> {
    /// A writer that appends to `out`, in names of letters, digits, `_` and `:` alone.
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        ProtobufWriter {
            frame: Frame::new(out),
            scheme: Scheme::Underscores,
            names: Names::default(),
            labels: LabelPairs::default(),
            exemplars: ExemplarLabels::default(),
            name: String::new(),
            kind: None,
            report: Report::default(),
        }
    }

    /// Escapes names by this scheme.
    pub fn with_scheme(mut self, scheme: Scheme) -> Self {
        self.scheme = scheme;
        self.labels.set_scheme(scheme);
        self.exemplars.set_scheme(scheme);
        self
    }

    /// Bytes in the buffer: all that was written and not [passed on](Self::pass_on).
    pub fn buffered(&self) -> usize {
        self.frame.out.len()
    }

    /// Takes the families that are complete out of the buffer, for `take`: so a large document need not be in
    /// one piece.
    ///
    /// The last family remains, since its length is not known yet.
    pub fn pass_on(&mut self, take: impl FnOnce(&[u8])) {
        self.frame.pass_on_families(take);
    }

    /// Ends the document, and says what is in it and what is not.
    pub fn finish(mut self) -> Report {
        self.end_family();
        self.report
    }

    /// Writes the length of the family, or takes its header back when no series followed.
    fn end_family(&mut self) {
        let start = self.frame.header();
        if let Some(family) = self.frame.out.get_mut(start..)
            && let Some((length, family)) = family.split_first_chunk_mut()
        {
            *length = wire::padded(family.len());
        }
        self.report.families += u64::from(self.frame.end_family());
    }

    /// Writes the series, or says why not; nothing is written unless everything is.
    fn write(&mut self, series: &Series<'_>) -> Result<(), Refusal> {
        let kind = self.kind.ok_or(Refusal::Family)?;
        self.labels.check(series.labels, kind)?;
        match (kind, &series.value) {
            (Kind::Histogram, Value::Histogram(it)) => self.classic(series, it)?,
            (Kind::Histogram, Value::NativeHistogram(it)) => self.native(series, it)?,
            (Kind::Summary, Value::Summary(it)) => self.summary(series, it)?,
            (Kind::Histogram | Kind::Summary, _) => return Err(Refusal::Value),
            (Kind::Counter, Value::Number(number, exemplar)) => {
                self.counter(series, *number, exemplar.as_ref());
            }
            (_, Value::Number(number, exemplar)) => {
                if exemplar.is_some() {
                    self.report.lose(Loss::Exemplar, 1, &self.name);
                }
                let kind = if kind == Kind::Unknown { field::UNTYPED } else { field::GAUGE };
                self.number(series, kind, *number);
            }
            _ => return Err(Refusal::Value),
        }
        Ok(())
    }

    fn counter(&mut self, series: &Series<'_>, number: Number, exemplar: Option<&Exemplar<'_>>) {
        let metric = self.begin(series);
        let out = &mut *self.frame.out;
        let counter = wire::begin(field::COUNTER, out);
        wire::double(field::VALUE, number.as_f64(), out);
        if let Some(exemplar) = exemplar {
            let fate = exemplar::write(field::COUNTER_EXEMPLAR, exemplar, &mut self.exemplars, out);
            self.report.exemplar(fate, &self.name);
        }
        if let Some(start) = series.start_time {
            wire::time(field::COUNTER_CREATED, start, out);
        }
        wire::end(counter, out);
        self.end(metric, series);
    }

    fn number(&mut self, series: &Series<'_>, kind: u8, number: Number) {
        let metric = self.begin(series);
        let out = &mut *self.frame.out;
        let value = wire::begin(kind, out);
        wire::double(field::VALUE, number.as_f64(), out);
        wire::end(value, out);
        self.end(metric, series);
    }

    fn summary(&mut self, series: &Series<'_>, it: &Summary<'_>) -> Result<(), Refusal> {
        if !it.is_well_formed() {
            return Err(Refusal::Value);
        }
        let metric = self.begin(series);
        let out = &mut *self.frame.out;
        let summary = wire::begin(field::SUMMARY, out);
        wire::unsigned(field::SAMPLE_COUNT, it.count, out);
        wire::double(field::SAMPLE_SUM, it.sum.map_or(f64::NAN, Number::as_f64), out);
        for q in it.quantiles {
            let quantile = wire::begin(field::QUANTILES, out);
            wire::double(field::QUANTILE, q.quantile, out);
            wire::double(field::QUANTILE_VALUE, q.value, out);
            wire::end(quantile, out);
        }
        if let Some(start) = series.start_time {
            wire::time(field::SUMMARY_CREATED, start, out);
        }
        wire::end(summary, out);
        let samples = it.quantiles.len() as u64 + 2;
        self.report.samples += samples - 1;
        self.end(metric, series);
        Ok(())
    }

    /// Begins a metric with its labels, which are checked already.
    fn begin(&mut self, series: &Series<'_>) -> usize {
        let metric = wire::begin(field::METRIC, self.frame.out);
        self.labels.write(series.labels, self.frame.out);
        metric
    }

    /// Ends a metric, and counts a sample.
    fn end(&mut self, metric: usize, series: &Series<'_>) {
        if let Some(timestamp) = series.timestamp {
            wire::signed(field::TIMESTAMP, timestamp, self.frame.out);
        }
        wire::end(metric, self.frame.out);
        self.report.samples += 1;
    }
}

impl Sink for ProtobufWriter<'_> {
    fn family(&mut self, family: &Family<'_>) {
        self.end_family();
        self.kind = None;
        self.name.clear();
        self.scheme.escape_into(family.name, true, &mut self.name);
        if !is_readable(&self.name) || self.names.claim(&self.name, family.kind).is_err() {
            return;
        }
        self.labels.begin_family();
        let out = &mut *self.frame.out;
        out.extend_from_slice(&wire::padded(0));
        wire::bytes(field::NAME, self.name.as_bytes(), out);
        if !family.help.is_empty() {
            wire::bytes(field::HELP, family.help.as_bytes(), out);
        }
        wire::unsigned(field::TYPE, field::of(family.kind), out);
        if !family.unit.is_empty() {
            wire::bytes(field::UNIT, family.unit.as_bytes(), out);
        }
        self.frame.end_header();
        self.kind = Some(family.kind);
    }

    fn series(&mut self, series: &Series<'_>) {
        let written = self.write(series);
        self.report.note(written, &self.name);
    }

    fn repeat_labels(&mut self, same: usize) {
        self.labels.repeat_labels(same);
    }
}
