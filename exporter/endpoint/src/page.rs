//! A page as it is written.

use bytes::Bytes;
use kymo_exposition::{Family, Format, Kind, Series, Sink, Writer};

use crate::{
    contents::{Contents, Extent},
    dialect::Dialect,
    note::Note,
    parts::{PART, Parts},
};

/// A page as it was written.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) parts: Vec<Bytes>,
    pub(crate) contents: Contents,
}

/// A page that is being written.
#[derive(Debug)]
pub(crate) struct Writing<'a> {
    writer: Writer<'a>,
    parts: Parts,
    contents: Contents,
    family: Announced,
    /// Whether the series of the family are notes.
    has_notes: bool,
}

/// The lot of the series that follow.
#[derive(Debug)]
enum Announced {
    /// No family was announced yet.
    Nothing,
    /// The first of them is the first of its family.
    Family(String, Kind),
    /// They belong to the last family of the contents.
    Last,
}

impl<'a> Writing<'a> {
    /// A page in this dialect, which is written by way of `buffer`; whether nobody wants all of it, and whether
    /// it has samples that say when counting began.
    pub(crate) fn new(
        buffer: &'a mut Vec<u8>,
        dialect: Dialect,
        is_partial: bool,
        has_created: bool,
    ) -> Self {
        let contents = Contents { is_partial, ..Contents::default() };
        let writer = Writer::new(buffer, dialect.format, dialect.scheme);
        Writing {
            writer: if has_created { writer.with_created_samples() } else { writer },
            parts: Parts::default(),
            contents,
            family: Announced::Nothing,
            has_notes: false,
        }
    }

    /// Its length in bytes.
    pub(crate) fn len(&self) -> usize {
        self.parts.len() + self.writer.buffered()
    }

    /// There is no room for a series.
    pub(crate) fn leave_out(&mut self) {
        self.contents.left_out += 1;
    }

    /// All of it, but for what is still in the buffer.
    pub(crate) fn finish(mut self) -> Draft {
        self.contents.report = self.writer.finish();
        Draft { parts: self.parts, contents: self.contents }
    }

    /// A series was written.
    fn note(&mut self, series: &Series<'_>) {
        let contents = &mut self.contents;
        match std::mem::replace(&mut self.family, Announced::Last) {
            Announced::Family(name, kind) => {
                let bytes = contents.end.clone();
                contents.families.push(Extent { name, kind, series: 1, bytes });
            }
            Announced::Nothing | Announced::Last => {
                if let Some(last) = contents.families.last_mut() {
                    last.series += 1;
                }
            }
        }
        if self.has_notes
            && contents.notes.len() < NOTES
            && let Some(family) = contents.families.last()
        {
            contents.notes.extend(Note::of(&family.name, series));
        }
    }
}

impl Sink for Writing<'_> {
    fn family(&mut self, family: &Family<'_>) {
        self.writer.family(family);
        // All but the header of this one, which goes if no series follows.
        self.writer.pass_on(|written| self.parts.add(written));
        settle(&mut self.contents, self.parts.len());
        self.family = Announced::Family(family.name.to_owned(), family.kind);
        self.has_notes = Note::is_in(family.name);
    }

    fn series(&mut self, series: &Series<'_>) {
        let before = self.writer.buffered();
        self.writer.series(series);
        if self.writer.buffered() > before {
            self.note(series);
        }
        if self.writer.buffered() >= PART {
            self.writer.pass_on(|written| self.parts.add(written));
        }
    }

    fn repeat_labels(&mut self, same: usize) {
        self.writer.repeat_labels(same);
    }

    fn takes_exemplars(&self) -> bool {
        self.writer.takes_exemplars()
    }
}

/// A page that is written, but for what is still in its buffer.
#[derive(Debug)]
pub(crate) struct Draft {
    parts: Parts,
    contents: Contents,
}

impl Draft {
    /// The whole page in this format, with what was still in the buffer.
    pub(crate) fn end(mut self, rest: &[u8], format: Format) -> Page {
        self.parts.add(rest);
        let len = self.parts.len();
        settle(&mut self.contents, len.saturating_sub(format.last_line().len()));
        self.contents.end.end = len;
        Page { parts: self.parts.finish(), contents: self.contents }
    }
}

/// Whatever was written of the families before ends here.
fn settle(contents: &mut Contents, end: usize) {
    // Where the last one began, if it has series; or else it ended before.
    let begun = contents.end.start;
    if let Some(last) = contents.families.last_mut().filter(|it| it.bytes.start == begun) {
        last.bytes.end = end;
    }
    contents.end = end..end;
}

/// Notes of a page at most.
const NOTES: usize = 200;
