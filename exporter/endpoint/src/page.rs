//! A document as it is written.

use bytes::Bytes;
use kymo_exposition::{Family, Report, Series, Sink, text::TextWriter};

/// Bytes of a part. A server holds sixteen parts at most for a reader that stalls.
pub(crate) const PART: usize = 4 * 1024;

/// A document as it was written: in parts, so that it is in memory once and nobody holds it whole.
pub(crate) struct Page {
    pub(crate) parts: Vec<Bytes>,
    pub(crate) report: Report,
    /// Series for which there was no room.
    pub(crate) left_out: u64,
}

impl Page {
    /// Everything that `collect` pushes, until the page has `limit` bytes.
    pub(crate) fn write(limit: usize, collect: impl FnOnce(&mut dyn Sink)) -> Self {
        let mut buffer = Vec::with_capacity(2 * PART);
        let writer = TextWriter::new(&mut buffer);
        let mut writing = Writing { writer, parts: Vec::new(), len: 0, limit, left_out: 0 };
        collect(&mut writing);
        let Writing { writer, mut parts, left_out, .. } = writing;
        let report = writer.finish();
        parts.extend(cut(&buffer));
        Self { parts, report, left_out }
    }
}

/// A page that is being written.
struct Writing<'a> {
    writer: TextWriter<'a>,
    parts: Vec<Bytes>,
    /// Bytes in the parts.
    len: usize,
    limit: usize,
    left_out: u64,
}

impl Sink for Writing<'_> {
    fn family(&mut self, family: &Family<'_>) {
        self.writer.family(family);
    }

    fn series(&mut self, series: &Series<'_>) {
        if self.len + self.writer.buffered() >= self.limit {
            self.left_out += 1;
            return;
        }
        self.writer.series(series);
        if self.writer.buffered() >= PART {
            self.writer.pass_on(|written| {
                self.len += written.len();
                self.parts.extend(cut(written));
            });
        }
    }
}

/// Cuts what was written into parts of their own.
pub(crate) fn cut(written: &[u8]) -> impl Iterator<Item = Bytes> {
    written.chunks(PART).map(Bytes::copy_from_slice)
}

#[cfg(test)]
mod tests {
    use kymo_exposition::{Kind, Label, Number, Value};

    use super::*;

    fn push(sink: &mut dyn Sink, series: usize) {
        sink.family(&Family { name: "sold", help: "Books.", unit: "", kind: Kind::Gauge });
        for book in 0..series {
            let book = book.to_string();
            let labels = [Label::new("book", &book)];
            let value = Value::Number(Number::U64(7), None);
            sink.series(&Series { labels: &labels, start_time: None, timestamp: None, value });
        }
    }

    #[test]
    fn a_page_is_what_the_writer_writes_in_parts_of_a_few_kilobytes() {
        let page = Page::write(usize::MAX, |sink| push(sink, 10_000));
        let mut whole = Vec::new();
        let mut writer = TextWriter::new(&mut whole);
        push(&mut writer, 10_000);
        assert_eq!((page.report, page.left_out), (writer.finish(), 0));
        assert!(page.parts.concat() == whole);
        assert!(page.parts.iter().all(|part| part.len() <= PART));
        let parts = whole.len() / PART;
        assert!((parts..2 * parts + 2).contains(&page.parts.len()), "{}", page.parts.len());
    }

    #[test]
    fn a_page_that_is_full_says_how_many_series_had_no_room() {
        let page = Page::write(10_000, |sink| push(sink, 10_000));
        let len: usize = page.parts.iter().map(Bytes::len).sum();
        assert!((10_000..10_100).contains(&len), "{len}");
        assert_eq!(page.report.samples + page.left_out, 10_000);
        assert!(page.parts.concat().ends_with(b" 7\n"), "no line is cut");
    }
}
