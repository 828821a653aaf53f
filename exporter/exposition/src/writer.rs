//! The writer of whichever format is asked for.

use crate::{
    Family, Format, Report, Scheme, Series, Sink,
    openmetrics::{OpenMetrics2Writer, OpenMetricsWriter},
    protobuf::ProtobufWriter,
    text::TextWriter,
};

/// Writes families in any format into a buffer.
///
/// It allocates a little per family, to know which names are taken, and nothing per series. Call
/// [`finish`](Self::finish) at the end: some formats have a last line, and without it the document is not
/// complete.
///
/// ```
/// use kymo_exposition::{Family, Format, Kind, Number, Scheme, Series, Sink, Value, Writer};
///
/// let mut document = Vec::new();
/// let mut writer = Writer::new(&mut document, Format::OpenMetrics100, Scheme::AllowUtf8);
/// writer.family(&Family { name: "jobs.done", help: "", unit: "", kind: Kind::Gauge });
/// let value = Value::Number(Number::U64(3), None);
/// writer.series(&Series { labels: &[], start_time: None, timestamp: None, value });
/// assert_eq!(writer.finish().samples, 1);
/// assert_eq!(document, b"# TYPE \"jobs.done\" gauge\n{\"jobs.done\"} 3\n# EOF\n");
/// ```
#[derive(Debug)]
pub struct Writer<'a>(Of<'a>);

#[derive(Debug)]
enum Of<'a> {
    Text(TextWriter<'a>),
    OpenMetrics(OpenMetricsWriter<'a>),
    OpenMetrics2(OpenMetrics2Writer<'a>),
    Protobuf(ProtobufWriter<'a>),
}

impl<'a> Writer<'a> {
    /// A writer that appends a document of this format to `out`, with names by the scheme that the format
    /// [applies](Format::applied).
    pub fn new(out: &'a mut Vec<u8>, format: Format, scheme: Scheme) -> Self {
        let scheme = format.applied(scheme);
        Writer(match format {
            Format::Text004 | Format::Text100 => Of::Text(TextWriter::new(out).with_scheme(scheme)),
            Format::OpenMetrics001 | Format::OpenMetrics100 => {
                Of::OpenMetrics(OpenMetricsWriter::new(out).with_scheme(scheme))
            }
            Format::OpenMetrics200 => {
                Of::OpenMetrics2(OpenMetrics2Writer::new(out).with_scheme(scheme))
            }
            Format::Protobuf => Of::Protobuf(ProtobufWriter::new(out).with_scheme(scheme)),
        })
    }

    /// Adds a sample `…_created` to each series whose start time is known, in OpenMetrics 1.0.0 and 0.0.1.
    ///
    /// A server that does not know them stores them as series of their own. Other formats have no such
    /// samples.
    pub fn with_created_samples(self) -> Self {
        Writer(match self.0 {
            Of::OpenMetrics(writer) => Of::OpenMetrics(writer.with_created_samples()),
            other => other,
        })
    }

    /// Bytes in the buffer: all that was written and not [passed on](Self::pass_on).
    pub fn buffered(&self) -> usize {
        match &self.0 {
            Of::Text(writer) => writer.buffered(),
            Of::OpenMetrics(writer) => writer.buffered(),
            Of::OpenMetrics2(writer) => writer.buffered(),
            Of::Protobuf(writer) => writer.buffered(),
        }
    }

    /// Takes out of the buffer whatever stays as it is, for `take`: so a large document need not be in
    /// one piece.
    ///
    /// Of text that is every line, but the header of a family without series. Of protobuf it is every
    /// family but the last, whose length is not known yet.
    pub fn pass_on(&mut self, take: impl FnOnce(&[u8])) {
        match &mut self.0 {
            Of::Text(writer) => writer.pass_on(take),
            Of::OpenMetrics(writer) => writer.pass_on(take),
            Of::OpenMetrics2(writer) => writer.pass_on(take),
            Of::Protobuf(writer) => writer.pass_on(take),
        }
    }

    /// Ends the document, and says what is in it and what is not.
    pub fn finish(self) -> Report {
        match self.0 {
            Of::Text(writer) => writer.finish(),
            Of::OpenMetrics(writer) => writer.finish(),
            Of::OpenMetrics2(writer) => writer.finish(),
            Of::Protobuf(writer) => writer.finish(),
        }
    }
}

impl Sink for Writer<'_> {
    fn family(&mut self, family: &Family<'_>) {
        match &mut self.0 {
            Of::Text(writer) => writer.family(family),
            Of::OpenMetrics(writer) => writer.family(family),
            Of::OpenMetrics2(writer) => writer.family(family),
            Of::Protobuf(writer) => writer.family(family),
        }
    }

    fn series(&mut self, series: &Series<'_>) {
        match &mut self.0 {
            Of::Text(writer) => writer.series(series),
            Of::OpenMetrics(writer) => writer.series(series),
            Of::OpenMetrics2(writer) => writer.series(series),
            Of::Protobuf(writer) => writer.series(series),
        }
    }

    fn repeat_labels(&mut self, same: usize) {
        match &mut self.0 {
            Of::Text(writer) => writer.repeat_labels(same),
            Of::OpenMetrics(writer) => writer.repeat_labels(same),
            Of::OpenMetrics2(writer) => writer.repeat_labels(same),
            Of::Protobuf(writer) => writer.repeat_labels(same),
        }
    }

    fn takes_exemplars(&self) -> bool {
        match &self.0 {
            Of::Text(writer) => writer.takes_exemplars(),
            Of::OpenMetrics(writer) => writer.takes_exemplars(),
            Of::OpenMetrics2(writer) => writer.takes_exemplars(),
            Of::Protobuf(writer) => writer.takes_exemplars(),
        }
    }
}
