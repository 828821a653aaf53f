//! OpenMetrics 2.0.0.

use crate::{
    Exemplar, Family, Format, Histogram, Kind, Loss, Names, NativeBuckets, NativeHistogram, Number,
    Refusal, Report, Scheme, Series, Sink, Summary, Value,
    lines::{Lines, Style, write_f64, write_i64, write_number, write_u64},
    scheme::is_readable,
};

use super::{check, header, sets::Sets};

/// Writes families as OpenMetrics 2.0.0 into a buffer that it only ever appends to, as its
/// [release candidate][2.0] stands.
///
/// A family has the name of its samples, a histogram or summary is one sample, and start times are in it:
///
/// | in the model | in the document |
/// |---|---|
/// | [`Kind::Info`] whose name does not end in `_info` | a gauge |
/// | exemplars | those with a time, and of their labels what fits into 128 characters |
/// | the sum of a histogram that is not known | NaN |
/// | a counter, a quantile or the sum of a summary that is negative; a counter or such a sum that is NaN or not known | nothing, the series is [unsupported](Report::unsupported) |
/// | an info that is not 1, a state that is not 0 or 1 or has no label of the family's name | nothing, the series is unsupported |
/// | a state of a set behind which there is another set | nothing, the series is [dropped](Report::dropped) |
///
/// It allocates a little per family, to know which names are taken, and nothing per series. Call
/// [`finish`](Self::finish) at the end: without its last line a document is not complete.
///
/// [2.0]: https://prometheus.io/docs/specs/om/open_metrics_spec_2_0/
#[derive(Debug)]
pub struct OpenMetrics2Writer<'a> {
    lines: Lines<'a>,
    scheme: Scheme,
    names: Names,
    sets: Sets,
    /// The name of the family being written, escaped.
    name: String,
    /// Its kind, or `None` before the first family and inside one that was refused.
    kind: Option<Kind>,
}

impl<'a> OpenMetrics2Writer<'a> {
    /// A writer that appends to `out`, in names of letters, digits, `_` and `:` alone.
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        OpenMetrics2Writer {
            lines: Lines::new(out, Style::Composite),
            scheme: Scheme::Underscores,
            names: Names::default(),
            sets: Sets::default(),
            name: String::new(),
            kind: None,
        }
    }

    /// Escapes names by this scheme; with [`Scheme::AllowUtf8`] they are in quotes where they have to be.
    pub fn with_scheme(mut self, scheme: Scheme) -> Self {
        self.scheme = scheme;
        self.lines.set_scheme(scheme);
        self
    }

    /// Bytes in the buffer: all that was written and not [passed on](Self::pass_on).
    pub fn buffered(&self) -> usize {
        self.lines.frame.out.len()
    }

    /// Takes out of the buffer whatever stays as it is, for `take`: so a large document need not be in
    /// one piece.
    ///
    /// The header of a family without series remains, since it may go yet.
    pub fn pass_on(&mut self, take: impl FnOnce(&[u8])) {
        self.lines.frame.pass_on(take);
    }

    /// Ends the document with its last line, and says what is in it and what is not.
    pub fn finish(mut self) -> Report {
        self.lines.end_family();
        self.lines.frame.out.extend_from_slice(Format::OpenMetrics200.last_line().as_bytes());
        self.lines.report
    }

    /// Writes the series, or says why not; nothing is written unless everything is.
    fn write(&mut self, series: &Series<'_>) -> Result<(), Refusal> {
        let kind = self.kind.ok_or(Refusal::Family)?;
        self.lines.check(series, kind)?;
        match (kind, &series.value) {
            (Kind::Histogram, Value::Histogram(it)) => self.histogram(series, None, Some(it)),
            (Kind::Histogram, Value::NativeHistogram(it)) => {
                self.histogram(series, Some(it), it.classic.as_ref())
            }
            (Kind::Summary, Value::Summary(it)) => self.summary(series, it),
            (Kind::Histogram | Kind::Summary, _) => Err(Refusal::Value),
            (_, Value::Number(number, exemplar)) => {
                check(kind, *number, series, &self.lines, &mut self.sets)?;
                self.lines.begin_sample("", series);
                write_number(*number, self.lines.frame.out);
                let kept = exemplar.iter().filter(|it| kind == Kind::Counter && is_timed(it));
                if kept.clone().count() < exemplar.iter().count() {
                    self.lines.lose(Loss::Exemplar, 1);
                }
                self.lines.end_line_with(&started(series, kind), kept);
                Ok(())
            }
            _ => Err(Refusal::Value),
        }
    }

    fn histogram(
        &mut self,
        series: &Series<'_>,
        native: Option<&NativeHistogram<'_>>,
        classic: Option<&Histogram<'_>>,
    ) -> Result<(), Refusal> {
        let total = classic.map(|it| it.count().ok_or(Refusal::Value)).transpose()?;
        if let Some(it) = classic {
            if it.counts.len() != it.bounds.len() + 1 {
                return Err(Refusal::Value);
            }
            self.lines.bounds.prepare(it.bounds)?;
        }
        if native.is_some_and(|it| !it.is_well_formed()) {
            return Err(Refusal::Value);
        }
        let count = native.map(|it| it.count).or(total).ok_or(Refusal::Value)?;
        let sum = native.map(|it| it.sum).or(classic.and_then(|it| it.sum));
        // Two histograms that differ are not one.
        let classic = classic.filter(|_| total == Some(count));

        self.begin_composite(series, count, sum.unwrap_or(Number::F64(f64::NAN)));
        if let Some(it) = native {
            self.native(it);
        }
        if let Some(it) = classic {
            self.buckets(it);
        }
        self.lines.frame.out.push(b'}');
        // Those of classic buckets, where there are both: by the specification one set is enough.
        let of_classic = classic.map(|it| it.exemplars).unwrap_or_default().iter().flatten();
        let of_native = native.map(|it| it.exemplars).unwrap_or_default().iter();
        if of_native.len() == 0 || of_classic.clone().any(is_timed) {
            self.end_line(series, of_classic);
        } else {
            self.end_line(series, of_native);
        }
        Ok(())
    }

    /// Ends the line of a histogram with those of its exemplars that have a time.
    fn end_line<'e>(
        &mut self,
        series: &Series<'_>,
        exemplars: impl Iterator<Item = &'e Exemplar<'e>> + Clone,
    ) {
        let untimed = exemplars.clone().filter(|it| !is_timed(it)).count();
        self.lines.lose(Loss::Exemplar, untimed as u64);
        self.lines.end_line_with(series, exemplars.filter(|it| is_timed(it)));
    }

    fn summary(&mut self, series: &Series<'_>, it: &Summary<'_>) -> Result<(), Refusal> {
        if !it.is_well_formed() {
            return Err(Refusal::Value);
        }
        Style::Composite.takes(it)?;
        let sum = it.sum.filter(|sum| Style::Composite.is_total(*sum));
        self.begin_composite(series, it.count, sum.ok_or(Refusal::Unsupported)?);
        let out = &mut *self.lines.frame.out;
        out.extend_from_slice(b",quantile:[");
        for (index, q) in it.quantiles.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            Style::Composite.label(q.quantile, out);
            out.push(b':');
            write_f64(q.value, out);
        }
        out.extend_from_slice(b"]}");
        self.lines.end_line_with(series, []);
        Ok(())
    }
}

/// The parts of composite values.
impl OpenMetrics2Writer<'_> {
    /// The name, the labels, the count and the sum.
    fn begin_composite(&mut self, series: &Series<'_>, count: u64, sum: Number) {
        self.lines.begin_sample("", series);
        let out = &mut *self.lines.frame.out;
        out.extend_from_slice(b"{count:");
        write_u64(count, out);
        out.extend_from_slice(b",sum:");
        write_number(sum, out);
    }

    fn native(&mut self, it: &NativeHistogram<'_>) {
        let out = &mut *self.lines.frame.out;
        out.extend_from_slice(b",schema:");
        write_i64(it.schema.into(), out);
        out.extend_from_slice(b",zero_threshold:");
        write_f64(it.zero_threshold, out);
        out.extend_from_slice(b",zero_count:");
        write_u64(it.zero_count, out);
        side("negative", it.negative, out);
        side("positive", it.positive, out);
    }

    fn buckets(&mut self, it: &Histogram<'_>) {
        let Lines { frame, bounds, .. } = &mut self.lines;
        frame.out.extend_from_slice(b",bucket:[");
        let mut cumulative = 0;
        for (index, count) in it.counts.iter().enumerate() {
            if index > 0 {
                frame.out.push(b',');
            }
            cumulative += count;
            frame.out.extend_from_slice(bounds.text(index));
            write_u64(cumulative, frame.out);
        }
        frame.out.push(b']');
    }
}

impl Sink for OpenMetrics2Writer<'_> {
    fn family(&mut self, family: &Family<'_>) {
        self.lines.end_family();
        self.sets.clear();
        self.kind = None;
        self.name.clear();
        self.scheme.escape_into(family.name, true, &mut self.name);
        let kind = match family.kind {
            Kind::Info if !self.name.ends_with("_info") => Kind::Gauge,
            kind => kind,
        };
        if !is_readable(&self.name) || self.names.claim(&self.name, kind).is_err() {
            return;
        }
        self.lines.begin_family(&self.name);
        header::write(&mut self.lines, family, kind, false);
        self.kind = Some(kind);
    }

    fn series(&mut self, series: &Series<'_>) {
        let written = self.write(series);
        self.lines.report.note(written, &self.name);
    }

    fn repeat_labels(&mut self, same: usize) {
        self.lines.repeat_labels(same);
    }
}

/// The buckets of one side, if there are any.
fn side(name: &str, buckets: NativeBuckets<'_>, out: &mut Vec<u8>) {
    for (index, span) in buckets.spans().enumerate() {
        if index == 0 {
            out.push(b',');
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b"_spans:[");
        } else {
            out.push(b',');
        }
        write_i64(span.offset.into(), out);
        out.push(b':');
        write_u64(span.length.into(), out);
    }
    for (index, count) in buckets.counts.iter().filter(|count| **count > 0).enumerate() {
        if index == 0 {
            out.extend_from_slice(b"],");
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b"_buckets:[");
        } else {
            out.push(b',');
        }
        write_u64(*count, out);
    }
    if buckets.counts.iter().any(|count| *count > 0) {
        out.push(b']');
    }
}

/// The series, with its start only where its kind has one.
fn started<'a>(series: &Series<'a>, kind: Kind) -> Series<'a> {
    let start_time = series.start_time.filter(|_| kind == Kind::Counter);
    Series { start_time, ..*series }
}

/// Whether an exemplar says when it was.
fn is_timed(exemplar: &Exemplar<'_>) -> bool {
    exemplar.timestamp.is_some()
}
