//! OpenMetrics 1.0.0, which is 0.0.1 too under another name, and [2.0.0](OpenMetrics2Writer).
//!
//! Written from the specification of [1.0]. A part of the model that the format lacks becomes the next best
//! thing:
//!
//! | in the model | in the document |
//! |---|---|
//! | a counter `jobs_total` | a family `jobs` with samples `jobs_total` |
//! | a counter without `_total`, or whose family's name is taken | `unknown`, under its own name |
//! | [`Kind::Info`] whose name does not end in `_info`, or whose family's name is taken | a gauge |
//! | a unit in which the name of the family does not end | nothing |
//! | start times | a sample `…_created`, [on request](OpenMetricsWriter::with_created_samples) |
//! | exemplars of counters and buckets | the labels that fit into 128 characters, the first ones first |
//! | the sum of a histogram that [may fall](crate::Histogram::can_fall) or has negative bounds, or one that is negative or NaN | nothing, and no count but that of the last bucket |
//! | a counter, or a quantile, that is negative; a counter that is NaN | nothing, the series is [unsupported](Report::unsupported) |
//! | an info that is not 1, a state that is not 0 or 1 or has no label of the family's name | nothing, the series is unsupported |
//! | a state of a set behind which there is another set | nothing, the series is [dropped](Report::dropped) |
//! | native histograms | their [classic](crate::NativeHistogram::classic) form; without one nothing, the series is unsupported |
//!
//! A reader may refuse a document in which a family is called like a sample of another one, even if there is
//! no such sample. So a gauge `jobs_created` behind a histogram `jobs` is [dropped](Report::dropped).
//!
//! [1.0]: https://prometheus.io/docs/specs/om/open_metrics_spec/

mod composite;
mod header;
mod sets;

pub use composite::OpenMetrics2Writer;

use crate::{
    Exemplar, Family, Format, Kind, Loss, Names, Number, Refusal, Report, Scheme, Series, Sink,
    Value,
    lines::{Lines, Style},
    scheme::is_readable,
};
use sets::Sets;

/// Writes families as OpenMetrics 1.0.0 into a buffer that it only ever appends to.
///
/// It allocates a little per family, to know which names are taken, and nothing per series. Call
/// [`finish`](Self::finish) at the end: without its last line a document is not complete.
#[derive(Debug)]
pub struct OpenMetricsWriter<'a> {
    lines: Lines<'a>,
    scheme: Scheme,
    has_created: bool,
    names: Names,
    sets: Sets,
    /// The name of the family being written, escaped, with its `_total` or `_info`.
    name: String,
    /// Its kind, or `None` before the first family and inside one that was refused.
    kind: Option<Kind>,
}

impl<'a> OpenMetricsWriter<'a> {
    /// A writer that appends to `out`, in names of letters, digits, `_` and `:` alone.
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        OpenMetricsWriter {
            lines: Lines::new(out, Style::OpenMetrics),
            scheme: Scheme::Underscores,
            has_created: false,
            names: Names::openmetrics(),
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

    /// Adds a sample `…_created` to each series whose start time is known.
    ///
    /// A server that does not know them stores them as series of their own.
    pub fn with_created_samples(mut self) -> Self {
        self.has_created = true;
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
        self.lines.frame.out.extend_from_slice(Format::OpenMetrics100.last_line().as_bytes());
        self.lines.report
    }

    /// Takes a name for the family, and says as what it is written: `None` when its name is taken.
    fn claim(&mut self, kind: Kind) -> Option<Kind> {
        if !is_readable(&self.name) {
            return None;
        }
        let suffix = suffix(kind);
        let base = self.name.strip_suffix(suffix).filter(|base| !base.is_empty());
        if let Some(base) = base.filter(|base| self.names.claim(base, kind).is_ok()) {
            self.lines.begin_family(base);
            return Some(kind);
        }
        // Under its own name it needs no suffix.
        let kind = match kind {
            Kind::Counter => Kind::Unknown,
            Kind::Info => Kind::Gauge,
            _ => return None,
        };
        self.names.claim(&self.name, kind).ok()?;
        self.lines.begin_family(&self.name);
        Some(kind)
    }

    /// Writes the series, or says why not; nothing is written unless everything is.
    fn write(&mut self, series: &Series<'_>) -> Result<(), Refusal> {
        let kind = self.kind.ok_or(Refusal::Family)?;
        let lines = &mut self.lines;
        lines.check(series, kind)?;
        match (kind, &series.value) {
            (Kind::Histogram, Value::Histogram(histogram)) => lines.histogram(series, histogram)?,
            (Kind::Histogram, Value::NativeHistogram(native)) => {
                lines.histogram(series, native.classic.as_ref().ok_or(Refusal::Unsupported)?)?;
            }
            (Kind::Summary, Value::Summary(summary)) => lines.summary(series, summary)?,
            (Kind::Histogram | Kind::Summary, _) => return Err(Refusal::Value),
            (_, Value::Number(number, exemplar)) => {
                self.number(series, kind, *number, exemplar.as_ref())?;
            }
            _ => return Err(Refusal::Value),
        }
        if self.has_created && matches!(kind, Kind::Counter | Kind::Histogram | Kind::Summary) {
            self.created(series);
        }
        Ok(())
    }

    /// Writes a number, if it can be one of this kind.
    fn number(
        &mut self,
        series: &Series<'_>,
        kind: Kind,
        number: Number,
        exemplar: Option<&Exemplar<'_>>,
    ) -> Result<(), Refusal> {
        check(kind, number, series, &self.lines, &mut self.sets)?;
        let kept = exemplar.filter(|_| kind == Kind::Counter);
        self.lines.sample(suffix(kind), series, number, kept);
        if exemplar.is_some() && kept.is_none() {
            self.lines.lose(Loss::Exemplar, 1);
        }
        Ok(())
    }

    /// Adds when the series began, where that is known.
    fn created(&mut self, series: &Series<'_>) {
        if let Some(start) = series.start_time {
            self.lines.created(series, start);
        }
    }
}

impl Sink for OpenMetricsWriter<'_> {
    fn family(&mut self, family: &Family<'_>) {
        self.lines.end_family();
        self.name.clear();
        self.scheme.escape_into(family.name, true, &mut self.name);
        self.kind = self.claim(family.kind);
        self.sets.clear();
        if let Some(kind) = self.kind {
            header::write(&mut self.lines, family, kind, true);
        }
    }

    fn series(&mut self, series: &Series<'_>) {
        let written = self.write(series);
        self.lines.report.note(written, &self.name);
    }

    fn repeat_labels(&mut self, same: usize) {
        self.lines.repeat_labels(same);
    }
}

/// Makes sure that a series whose labels were checked last can be one of this kind with this number.
fn check(
    kind: Kind,
    number: Number,
    series: &Series<'_>,
    lines: &Lines<'_>,
    sets: &mut Sets,
) -> Result<(), Refusal> {
    if !is_possible(kind, number, lines) {
        return Err(Refusal::Unsupported);
    }
    let labels = || lines.names().zip(series.labels.iter().map(|label| label.value));
    if kind == Kind::StateSet && !sets.admit(labels(), lines.name.name()) {
        return Err(Refusal::Order);
    }
    Ok(())
}

/// Whether a number can be one of this kind, in a series whose labels were checked last.
fn is_possible(kind: Kind, number: Number, lines: &Lines<'_>) -> bool {
    let is = |one: u64| number.as_f64().to_bits() == Number::U64(one).as_f64().to_bits();
    match kind {
        Kind::Counter => Style::OpenMetrics.is_total(number),
        Kind::Info => is(1),
        Kind::StateSet => (is(0) || is(1)) && lines.names().any(|label| label == lines.name.name()),
        _ => true,
    }
}

/// The suffix of a sample that the name of its family lacks.
const fn suffix(kind: Kind) -> &'static str {
    match kind {
        Kind::Counter => "_total",
        Kind::Info => "_info",
        _ => "",
    }
}
