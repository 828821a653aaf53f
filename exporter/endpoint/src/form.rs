//! The forms in which a document is read.

use std::sync::Arc;

use bytes::Bytes;

use crate::{contents::Contents, dialect::Dialect, encoding::Encoding, page::Page};

/// A form in which a document is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// For scrapers: which of its pages.
    Page(usize, Encoding),
    /// For humans: what is on it, and whatever else there is.
    Overview,
}

/// The parts of a document in each form; empty where there is none.
#[derive(Debug, Default)]
pub(crate) struct Forms {
    pages: Vec<[Arc<[Bytes]>; Encoding::ALL.len()]>,
    pub(crate) overview: Arc<[Bytes]>,
}

/// A page as it is sent: in each encoding that somebody wants.
#[derive(Debug)]
pub(crate) struct Rendering {
    dialect: Dialect,
    page: Page,
    others: Vec<(Encoding, Vec<Bytes>)>,
}

/// What is known of a page of a document, also when it was withdrawn.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) dialect: Dialect,
    pub(crate) contents: Contents,
    /// The lengths in bytes of the encodings that it has.
    lens: [Option<usize>; Encoding::ALL.len()],
}

impl Rendering {
    /// A page, and the same in other encodings.
    pub(crate) fn new(dialect: Dialect, page: Page, others: Vec<(Encoding, Vec<Bytes>)>) -> Self {
        Self { dialect, page, others }
    }
}

impl Forms {
    /// Those of `pages`, and what is known of each.
    pub(crate) fn of(pages: Vec<Rendering>) -> (Self, Vec<Known>) {
        let (mut forms, mut known) = (Self::default(), Vec::new());
        for Rendering { dialect, page, others } in pages {
            let mut encodings = <[Arc<[Bytes]>; Encoding::ALL.len()]>::default();
            let mut lens = [None; Encoding::ALL.len()];
            for (encoding, parts) in [(Encoding::Identity, page.parts)].into_iter().chain(others) {
                lens[encoding as usize] = Some(len(&parts));
                encodings[encoding as usize] = parts.into();
            }
            known.push(Known { dialect, contents: page.contents, lens });
            forms.pages.push(encodings);
        }
        (forms, known)
    }

    /// The parts of a form.
    pub(crate) fn parts(&self, form: Form) -> &[Bytes] {
        match form {
            Form::Page(page, encoding) => {
                self.pages.get(page).map_or(&[], |page| &page[encoding as usize])
            }
            Form::Overview => &self.overview,
        }
    }
}

impl Known {
    /// Its length in bytes in an encoding, if it has that.
    pub(crate) fn len(&self, encoding: Encoding) -> Option<usize> {
        self.lens[encoding as usize]
    }

    /// The bytes that it takes in all encodings.
    pub(crate) fn size(&self) -> usize {
        self.lens.iter().flatten().sum()
    }
}

/// The bytes of a form.
pub(crate) fn len(parts: &[Bytes]) -> usize {
    parts.iter().map(Bytes::len).sum()
}
