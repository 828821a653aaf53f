//! The wishes of those who wait for a collection.

use crate::{dialect::Dialect, encoding::Encoding, filter::Filter};

/// Dialects of one collection at most. Three collections are enough for all that clients can have by default.
const DIALECTS: usize = 6;

/// The wishes of those who wait for a collection: families, dialects, and encodings.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// Nothing while nobody said.
    filter: Option<Filter>,
    forms: Vec<Wish>,
}

/// A dialect that somebody wants, and in which encodings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) dialect: Dialect,
    /// In the order of [`Encoding`].
    encodings: [bool; Encoding::ALL.len()],
}

impl Wanted {
    /// Somebody wants these families.
    pub(crate) fn widen(&mut self, filter: &Filter) {
        match &mut self.filter {
            Some(wanted) => wanted.widen(filter),
            None => self.filter = Some(filter.clone()),
        }
    }

    /// The families that somebody wants.
    pub(crate) fn filter(&self) -> Filter {
        self.filter.clone().unwrap_or_default()
    }

    /// Whether there is room for a page in this dialect.
    pub(crate) fn takes(&self, dialect: Dialect) -> bool {
        self.forms.len() < DIALECTS || self.forms.iter().any(|wish| wish.dialect == dialect)
    }

    /// Somebody may come for a page like this, if there is room for it.
    pub(crate) fn expect(&mut self, wish: Wish) {
        if self.takes(wish.dialect) {
            self.add(wish);
        }
    }

    /// Somebody wants a page like this.
    pub(crate) fn add(&mut self, wish: Wish) {
        match self.forms.iter_mut().find(|known| known.dialect == wish.dialect) {
            Some(known) => known.add(wish),
            None => self.forms.push(wish),
        }
    }

    /// The dialects that somebody wants.
    pub(crate) fn forms(&self) -> &[Wish] {
        &self.forms
    }
}

impl Wish {
    /// For a page like this.
    pub(crate) fn new(dialect: Dialect, encoding: Encoding) -> Self {
        Self { dialect, encodings: Encoding::ALL.map(|it| it == encoding) }
    }

    /// For the encodings of `other` too.
    pub(crate) fn add(&mut self, other: Self) {
        self.encodings.iter_mut().zip(other.encodings).for_each(|(has, also)| *has |= also);
    }

    /// Whether somebody wants it in this encoding.
    pub(crate) fn has(self, encoding: Encoding) -> bool {
        self.encodings[encoding as usize]
    }
}
