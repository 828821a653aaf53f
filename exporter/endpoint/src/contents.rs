//! What is on a page.

use std::{
    collections::VecDeque,
    ops::Range,
    sync::{Mutex, PoisonError},
};

use kymo_exposition::{Kind, Report};

use crate::{filter::Filter, note::Note};

/// What is on a page.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    /// The families with series, in the order of the page.
    pub(crate) families: Vec<Extent>,
    /// What the metrics of our own say of measurements that are not what they could be.
    pub(crate) notes: Vec<Note>,
    /// What was written, and what could not be.
    pub(crate) report: Report,
    /// Series for which there was no room.
    pub(crate) left_out: u64,
    /// Whether nobody wanted all of it.
    pub(crate) is_partial: bool,
    /// What ends the page, after the families.
    pub(crate) end: Range<usize>,
}

/// A family on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) series: u64,
    /// Where it is, with its header.
    pub(crate) bytes: Range<usize>,
}

impl Contents {
    /// Where the families are that `filter` takes, and the end; those that follow each other are one place.
    pub(crate) fn excerpt(&self, filter: &Filter) -> VecDeque<Range<usize>> {
        let mut places: VecDeque<Range<usize>> = VecDeque::new();
        let taken = self.families.iter().filter(|family| filter.takes(&family.name, family.kind));
        for bytes in taken.map(|family| &family.bytes).chain([&self.end]) {
            match places.back_mut() {
                Some(last) if last.end == bytes.start => last.end = bytes.end,
                _ => places.push_back(bytes.clone()),
            }
        }
        places
    }

    /// How many series there are.
    pub(crate) fn len(&self) -> u64 {
        self.families.iter().map(|family| family.series).sum()
    }

    /// How many series each family has, the largest first, and equals by name.
    pub(crate) fn series(&self) -> Vec<(&str, u64)> {
        let mut series: Vec<_> =
            self.families.iter().map(|family| (family.name.as_str(), family.series)).collect();
        series.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        series
    }
}

/// How many series the families of the last whole page have, the largest first, and of all that are not
/// named together.
#[derive(Debug, Default)]
pub(crate) struct Census(Mutex<(Vec<(String, u64)>, u64)>);

impl Census {
    /// Takes the numbers of a page, and names `limit` families at most.
    pub(crate) fn take(&self, contents: &Contents, limit: usize) {
        if contents.is_partial {
            return;
        }
        let series = contents.series();
        let (named, others) = series.split_at(limit.min(series.len()));
        let named = named.iter().map(|(name, series)| ((*name).to_owned(), *series)).collect();
        let others = others.iter().map(|(_, series)| series).sum();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (named, others);
    }

    /// The numbers that were taken last; nothing before the first page.
    pub(crate) fn get(&self) -> (Vec<(String, u64)>, u64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(families: &[(&str, u64, Range<usize>)]) -> Contents {
        let extent = |(name, series, bytes): &(&str, u64, Range<usize>)| Extent {
            name: (*name).to_owned(),
            kind: Kind::Gauge,
            series: *series,
            bytes: bytes.clone(),
        };
        Contents { families: families.iter().map(extent).collect(), ..Contents::default() }
    }

    fn bounds(places: VecDeque<Range<usize>>) -> Vec<(usize, usize)> {
        places.into_iter().map(|place| (place.start, place.end)).collect()
    }

    #[test]
    fn an_excerpt_is_where_the_families_are() {
        let families = [("a", 1, 0..10), ("b", 1, 10..25), ("c", 1, 25..30), ("d", 1, 30..31)];
        let page = Contents { end: 31..37, ..contents(&families) };
        let places = |names: &[&str]| {
            let names = names.iter().map(|&name| name.to_owned()).collect();
            bounds(page.excerpt(&Filter::Named(names)))
        };
        assert_eq!(places(&["b"]), [(10, 25), (31, 37)], "the end ends each of them");
        assert_eq!(places(&["d", "a", "b"]), [(0, 25), (30, 37)]);
        assert_eq!(places(&["e"]), [(31, 37)]);
        assert_eq!(bounds(page.excerpt(&Filter::All)), [(0, 37)]);
        let page = Contents { end: 31..31, ..page };
        assert_eq!(bounds(page.excerpt(&Filter::All)), [(0, 31)]);
    }

    #[test]
    fn a_census_names_the_largest_families_and_counts_the_others_together() {
        let census = Census::default();
        census
            .take(&contents(&[("b", 7, 0..1), ("a", 7, 1..2), ("c", 9, 2..3), ("d", 1, 3..4)]), 2);
        let named = vec![("c".to_owned(), 9), ("a".to_owned(), 7)];
        assert_eq!(census.get(), (named.clone(), 8));
        let partial = Contents { is_partial: true, ..contents(&[("a", 1, 0..1)]) };
        census.take(&partial, 2);
        assert_eq!(census.get(), (named, 8), "a part of the page says nothing of the others");
    }
}
