//! A document as it is written.

use bytes::Bytes;
use kymo_exposition::{Family, Kind, Series, Sink, text::TextWriter};

use crate::{
    contents::{Contents, Extent},
    filter::Filter,
    note::Note,
};

/// Bytes of a part. A server holds sixteen parts at most for a reader that stalls.
pub(crate) const PART: usize = 4 * 1024;

/// A document as it was written: in parts, so that it is in memory once and nobody holds it whole.
pub(crate) struct Page {
    pub(crate) parts: Vec<Bytes>,
    pub(crate) contents: Contents,
}

impl Page {
    /// Everything that `collect` pushes and `filter` takes, until the page has `limit` bytes.
    pub(crate) fn write(
        limit: usize,
        filter: &Filter,
        collect: impl FnOnce(&mut dyn Sink),
    ) -> Self {
        let mut buffer = Vec::with_capacity(2 * PART);
        let mut writing = Writing {
            writer: TextWriter::new(&mut buffer),
            parts: Vec::new(),
            len: 0,
            limit,
            filter,
            family: Announced::Nothing,
            has_notes: false,
            end: 0,
            contents: Contents { is_partial: !filter.is_all(), ..Contents::default() },
        };
        collect(&mut writing);
        let Writing { writer, mut parts, mut contents, .. } = writing;
        contents.report = writer.finish();
        parts.extend(cut(&buffer));
        Self { parts, contents }
    }
}

/// A page that is being written.
struct Writing<'a> {
    writer: TextWriter<'a>,
    parts: Vec<Bytes>,
    /// Bytes in the parts.
    len: usize,
    limit: usize,
    filter: &'a Filter,
    family: Announced,
    /// Whether the series of the family are notes.
    has_notes: bool,
    /// Where the last series ends: what is written after it is a header, which goes if no series follows.
    end: usize,
    contents: Contents,
}

/// What becomes of the series that follow.
enum Announced {
    /// No family was announced yet, or one that nobody wants.
    Nothing,
    /// The first of them is the first of its family.
    Family(String, Kind),
    /// They belong to the last family of the contents.
    Last,
}

impl Sink for Writing<'_> {
    fn family(&mut self, family: &Family<'_>) {
        if self.filter.takes(family.name, family.kind) {
            self.family = Announced::Family(family.name.to_owned(), family.kind);
            self.has_notes = Note::is_in(family.name);
            self.writer.family(family);
        } else {
            self.family = Announced::Nothing;
        }
    }

    fn series(&mut self, series: &Series<'_>) {
        if matches!(self.family, Announced::Nothing) && self.contents.is_partial {
            return;
        }
        let before = self.writer.buffered();
        if self.len + before >= self.limit {
            self.contents.left_out += 1;
            return;
        }
        self.writer.series(series);
        if self.writer.buffered() > before {
            self.note(series);
        }
        if self.writer.buffered() >= PART {
            self.writer.pass_on(|written| {
                self.len += written.len();
                self.parts.extend(cut(written));
            });
        }
    }
}

impl Writing<'_> {
    /// A series was written.
    fn note(&mut self, series: &Series<'_>) {
        let end = self.len + self.writer.buffered();
        match std::mem::replace(&mut self.family, Announced::Last) {
            Announced::Family(name, kind) => {
                let bytes = self.end..end;
                self.contents.families.push(Extent { name, kind, series: 1, bytes });
            }
            Announced::Nothing | Announced::Last => {
                if let Some(last) = self.contents.families.last_mut() {
                    last.series += 1;
                    last.bytes.end = end;
                }
            }
        }
        self.end = end;
        if self.has_notes
            && self.contents.notes.len() < NOTES
            && let Some(family) = self.contents.families.last()
        {
            self.contents.notes.extend(Note::of(&family.name, series));
        }
    }
}

/// Notes of a page at most.
const NOTES: usize = 200;

/// Cuts what was written into parts of their own.
pub(crate) fn cut(written: &[u8]) -> impl Iterator<Item = Bytes> {
    written.chunks(PART).map(Bytes::copy_from_slice)
}

#[cfg(test)]
mod tests {
    use kymo_exposition::{Label, Number, Value};

    use super::*;

    fn push(sink: &mut dyn Sink, series: usize) {
        push_as("sold", sink, series);
    }

    fn push_as(name: &str, sink: &mut dyn Sink, series: usize) {
        sink.family(&Family { name, help: "Books.", unit: "", kind: Kind::Gauge });
        for book in 0..series {
            let book = book.to_string();
            let labels = [Label::new("book", &book)];
            let value = Value::Number(Number::U64(7), None);
            sink.series(&Series { labels: &labels, start_time: None, timestamp: None, value });
        }
    }

    #[test]
    fn a_page_is_what_the_writer_writes_in_parts_of_a_few_kilobytes() {
        let page = Page::write(usize::MAX, &Filter::All, |sink| push(sink, 10_000));
        let mut whole = Vec::new();
        let mut writer = TextWriter::new(&mut whole);
        push(&mut writer, 10_000);
        assert_eq!((page.contents.report, page.contents.left_out), (writer.finish(), 0));
        assert!(page.parts.concat() == whole);
        assert!(page.parts.iter().all(|part| part.len() <= PART));
        let parts = whole.len() / PART;
        assert!((parts..2 * parts + 2).contains(&page.parts.len()), "{}", page.parts.len());
    }

    #[test]
    fn a_page_that_is_full_says_how_many_series_had_no_room() {
        let page = Page::write(10_000, &Filter::All, |sink| push(sink, 10_000));
        let len: usize = page.parts.iter().map(Bytes::len).sum();
        assert!((10_000..10_100).contains(&len), "{len}");
        assert_eq!(page.contents.report.samples + page.contents.left_out, 10_000);
        assert!(page.parts.concat().ends_with(b" 7\n"), "no line is cut");
    }

    /// Three families with series, and three without, of which one is refused.
    fn push_six(sink: &mut dyn Sink) {
        push_as("empty", sink, 0);
        push_as("a", sink, 1_000);
        push_as("nothing", sink, 0);
        push_as("b", sink, 3);
        push_as("a", sink, 5);
        push_as("c", sink, 2);
    }

    #[test]
    fn a_page_knows_where_each_family_is_and_how_many_series_it_has() {
        let page = Page::write(usize::MAX, &Filter::All, push_six);
        let text = String::from_utf8(page.parts.concat()).unwrap();
        let families = &page.contents.families;
        let found: Vec<_> = families.iter().map(|it| (it.name.as_str(), it.series)).collect();
        assert_eq!(found, [("a", 1_000), ("b", 3), ("c", 2)]);
        for family in families {
            let part = &text[family.bytes.clone()];
            let name = &family.name;
            assert!(part.starts_with(&format!("# HELP {name} Books.\n")), "{name}: {part}");
            assert!(part.ends_with("} 7\n"), "{name}");
            let lines = part.lines().filter(|line| line.starts_with(&format!("{name}{{")));
            assert_eq!(lines.count() as u64, family.series, "{name}");
        }
        assert_eq!(families.first().unwrap().bytes.start, 0);
        assert_eq!(families.last().unwrap().bytes.end, text.len());
    }

    #[test]
    fn what_nobody_wants_is_not_written() {
        let names = ["b".to_owned(), "c".to_owned()];
        let filter = Filter::Named(names.into());
        let page = Page::write(usize::MAX, &filter, push_six);
        let text = String::from_utf8(page.parts.concat()).unwrap();
        assert_eq!(text.lines().filter(|line| line.ends_with(" 7")).count(), 5);
        assert!(!text.contains("# TYPE a "), "{text}");
        assert!(page.contents.is_partial);
        assert_eq!(page.contents.report.dropped, 0, "what is not wanted is not lost");
    }
}
