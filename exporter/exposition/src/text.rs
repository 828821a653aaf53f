//! Prometheus's text format: version 0.0.4, which every server and agent reads, and 1.0.0.
//!
//! Written from the [exposition format][format] page. A part of the model that the format lacks becomes
//! the next best thing:
//!
//! | in the model | in the document |
//! |---|---|
//! | [`Kind::Info`], [`Kind::StateSet`] | a gauge of the same name |
//! | [`Kind::Unknown`] | `untyped` |
//! | units, start times, exemplars | nothing |
//! | native histograms | their [classic](crate::NativeHistogram::classic) form; without one nothing, counted as [unsupported](Report::unsupported) |
//! | the sum of a histogram that [may fall](crate::Histogram::can_fall) | nothing |
//! | a timestamp before 1970 | nothing, the series is unsupported: no server reads the minus |
//! | a name outside the alphabet of the format | what its [`Scheme`] makes of it |
//!
//! The two versions differ in names of any UTF-8, which 1.0.0 has in quotes:
//! `{"http.requests","http.route"="/"} 3`. Where two names become one by their scheme, the family or the
//! series that comes later is [dropped](Report::dropped).
//!
//! [format]: https://prometheus.io/docs/instrumenting/exposition_formats/

mod header;

use crate::{
    Family, Kind, Names, Refusal, Report, Scheme, Series, Sink, Value,
    lines::{Lines, Style},
    scheme::is_readable,
};

/// Writes families as text 0.0.4, or 1.0.0, into a buffer that it only ever appends to.
///
/// It allocates a little per family, to know which names are taken, and nothing per series. Call
/// [`finish`](Self::finish) at the end; without it, the header of a last family without series stays.
#[derive(Debug)]
pub struct TextWriter<'a> {
    lines: Lines<'a>,
    scheme: Scheme,
    names: Names,
    /// The name of the family being written, escaped.
    name: String,
    /// Its kind, or `None` before the first family and inside one that was refused.
    kind: Option<Kind>,
}

impl<'a> TextWriter<'a> {
    /// A writer that appends to `out`, in names of letters, digits, `_` and `:` alone.
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        TextWriter {
            lines: Lines::new(out, Style::Prometheus),
            scheme: Scheme::Underscores,
            names: Names::default(),
            name: String::new(),
            kind: None,
        }
    }

    /// Escapes names by this scheme; with [`Scheme::AllowUtf8`] the document is one of version 1.0.0 only.
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

    /// Ends the document, and says what is in it and what is not.
    pub fn finish(mut self) -> Report {
        self.lines.end_family();
        self.lines.report
    }

    /// Writes the series, or says why not; nothing is written unless everything is.
    fn write(&mut self, series: &Series<'_>) -> Result<(), Refusal> {
        let kind = self.kind.ok_or(Refusal::Family)?;
        let lines = &mut self.lines;
        lines.check(series, kind)?;
        match (kind, &series.value) {
            (Kind::Histogram, Value::Histogram(histogram)) => lines.histogram(series, histogram),
            (Kind::Histogram, Value::NativeHistogram(native)) => {
                lines.histogram(series, native.classic.as_ref().ok_or(Refusal::Unsupported)?)
            }
            (Kind::Summary, Value::Summary(summary)) => lines.summary(series, summary),
            (Kind::Histogram | Kind::Summary, _) => Err(Refusal::Value),
            (_, Value::Number(number, _)) => {
                lines.sample("", series, *number, None);
                Ok(())
            }
            _ => Err(Refusal::Value),
        }
    }
}

impl Sink for TextWriter<'_> {
    fn family(&mut self, family: &Family<'_>) {
        self.lines.end_family();
        self.kind = None;
        self.name.clear();
        self.scheme.escape_into(family.name, true, &mut self.name);
        if !is_readable(&self.name) || self.names.claim(&self.name, family.kind).is_err() {
            return;
        }
        self.lines.begin_family(&self.name);
        header::write(&self.lines.name, family, self.lines.frame.out);
        self.lines.frame.end_header();
        self.kind = Some(family.kind);
    }

    fn series(&mut self, series: &Series<'_>) {
        let written = self.write(series);
        self.lines.report.note(written, &self.name);
    }

    fn repeat_labels(&mut self, same: usize) {
        self.lines.repeat_labels(same);
    }

    /// The format has none.
    fn takes_exemplars(&self) -> bool {
        false
    }
}
