//! Pages in several dialects, which say the same.

use bytes::Bytes;
use kymo_exposition::{Format, Kind, Label, Number, Scheme, Value, Writer, text::TextWriter};

use super::*;

/// The page that every client reads.
fn write(limit: usize, filter: &Filter, collect: impl FnOnce(&mut dyn Sink)) -> Page {
    let [page] = Pages::write(limit, filter, &[Dialect::PLAIN], false, collect).try_into().unwrap();
    page
}

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
    let page = write(usize::MAX, &Filter::All, |sink| push(sink, 10_000));
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
    let page = write(10_000, &Filter::All, |sink| push(sink, 10_000));
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
    let page = write(usize::MAX, &Filter::All, push_six);
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
    let page = write(usize::MAX, &filter, push_six);
    let text = String::from_utf8(page.parts.concat()).unwrap();
    assert_eq!(text.lines().filter(|line| line.ends_with(" 7")).count(), 5);
    assert!(!text.contains("# TYPE a "), "{text}");
    assert!(page.contents.is_partial);
    assert_eq!(page.contents.report.dropped, 0, "what is not wanted is not lost");
}

/// All dialects that there are.
fn dialects() -> Vec<Dialect> {
    let of = |format| Scheme::ALL.map(|scheme| Dialect { format, scheme });
    Format::ALL.into_iter().flat_map(of).collect()
}

#[test]
fn each_dialect_is_what_its_writer_writes() {
    let pages = Pages::write(usize::MAX, &Filter::All, &dialects(), true, push_six);
    for (page, dialect) in pages.iter().zip(dialects()) {
        let mut whole = Vec::new();
        let Dialect { format, scheme } = dialect;
        let mut writer = Writer::new(&mut whole, format, scheme).with_created_samples();
        push_six(&mut writer);
        assert_eq!(page.contents.report, writer.finish(), "{dialect:?}");
        assert!(page.parts.concat() == whole, "{dialect:?}");
        assert!(page.parts.iter().all(|part| part.len() <= PART));
    }
}

#[test]
fn families_and_the_end_are_the_whole_page_in_each_dialect() {
    let pages = Pages::write(usize::MAX, &Filter::All, &dialects(), false, push_six);
    for (page, dialect) in pages.iter().zip(dialects()) {
        let whole = page.parts.concat();
        let families = &page.contents.families;
        let found: Vec<_> = families.iter().map(|it| (it.name.as_str(), it.series)).collect();
        assert_eq!(found, [("a", 1_000), ("b", 3), ("c", 2)], "{dialect:?}");
        let mut end = 0;
        for bytes in families.iter().map(|family| &family.bytes).chain([&page.contents.end]) {
            assert_eq!(bytes.start, end, "{dialect:?}");
            end = bytes.end;
        }
        assert_eq!(end, whole.len(), "{dialect:?}");
        for family in families {
            let bytes = &whole[family.bytes.clone()];
            if dialect.format == Format::Protobuf {
                assert_eq!(messages(bytes), 1, "{dialect:?} {}", family.name);
                continue;
            }
            let text = std::str::from_utf8(bytes).unwrap();
            assert_eq!(text.matches("# TYPE ").count(), 1, "{dialect:?}: {text}");
            assert!(text.contains(&format!("# TYPE {} ", family.name)));
            assert!(text.ends_with('\n') && !text.contains("# EOF"));
        }
        let end = &whole[page.contents.end.clone()];
        let is_openmetrics = dialect.format.name().starts_with("openmetrics");
        assert_eq!(end, if is_openmetrics { &b"# EOF\n"[..] } else { b"" }, "{dialect:?}");
    }
}

/// How many messages there are, each behind its length.
fn messages(mut bytes: &[u8]) -> usize {
    let mut count = 0;
    while !bytes.is_empty() {
        let (mut len, mut shift) = (0, 0);
        loop {
            let (byte, rest) = bytes.split_first().unwrap();
            bytes = rest;
            len |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
        bytes = &bytes[len..];
        count += 1;
    }
    count
}

#[test]
fn what_has_no_room_is_on_no_page() {
    let pages = Pages::write(100_000, &Filter::All, &dialects(), false, |sink| push(sink, 10_000));
    let len: usize = pages.iter().flat_map(|page| &page.parts).map(Bytes::len).sum();
    assert!((100_000..110_000).contains(&len), "{len}");
    let first = &pages[0].contents;
    assert!(first.left_out > 9_000);
    for page in &pages {
        let contents = &page.contents;
        assert_eq!((contents.left_out, contents.len()), (first.left_out, first.len()));
        assert_eq!(contents.left_out + contents.len(), 10_000);
    }
}
