//! Series that become one.

use std::hash::{DefaultHasher, Hasher};

use kymo_exposition::{Label, Series};

use crate::{
    assembler::{Assembler, Surroundings},
    held::Held,
    loss::Cause,
    point::{Attributed, Visitor},
    rank::Rank,
    series_key::SeriesKey,
    spellings::Spellings,
};

/// The series of one family that are equal, until all of them are there.
#[derive(Debug, Default)]
pub(crate) struct Merger {
    held: Vec<Held>,
    key: SeriesKey,
    /// The numbers of the keys that several series have, sorted; all are held where nobody counted.
    equal: Option<Vec<u64>>,
}

impl Merger {
    /// Any series that follow may be equal.
    pub(crate) fn expect_all(&mut self) {
        self.equal = None;
    }

    /// Of the series that follow those are equal whose keys have a number that is there twice.
    pub(crate) fn expect(&mut self, mut numbers: Vec<u64>) {
        numbers.sort_unstable();
        let twice = numbers.chunk_by(|one, other| one == other).filter(|equal| equal.len() > 1);
        self.equal = Some(twice.filter_map(|equal| equal.first().copied()).collect());
    }

    /// Whether a series with these labels may be equal to another one: then it is to be held.
    pub(crate) fn expects(&mut self, labels: &[Label<'_>]) -> bool {
        let Some(equal) = &self.equal else { return true };
        !equal.is_empty() && equal.binary_search(&number(self.key.of(labels))).is_ok()
    }

    /// Holds a series.
    pub(crate) fn hold(&mut self, rank: Rank, unit: &str, series: &Series<'_>, is_reading: bool) {
        let key = self.key.of(series.labels);
        self.held.extend(Held::copy(key, rank, unit, series, is_reading));
    }

    /// Gives labels that are one without UTF-8 one name in all series.
    pub(crate) fn spell(&mut self, spellings: &mut Spellings) {
        spellings.spell_alike(&mut self.held);
    }

    /// Gives out each series once, and what it cost to make one of several.
    ///
    /// They are added in one order, so that a sum of floats does not fall because the SDK changed
    /// the order of its series.
    pub(crate) fn give(&mut self, mut take: impl FnMut(&Series<'_>), mut lose: impl FnMut(Cause)) {
        self.held.sort_by(|a, b| (&a.key, &a.rank).cmp(&(&b.key, &b.rank)));
        let mut rest = self.held.drain(..).peekable();
        while let Some(mut one) = rest.next() {
            while let Some(equal) = rest.next_if(|next| next.key == one.key) {
                one.take_in(equal).into_iter().for_each(&mut lose);
            }
            one.give(&mut take);
        }
    }
}

/// Numbers the keys of all series of a metric.
pub(crate) struct Numbering<'a> {
    pub(crate) assembler: &'a mut Assembler,
    pub(crate) it: Surroundings<'a>,
    pub(crate) key: SeriesKey,
    pub(crate) numbers: Vec<u64>,
}

impl Visitor for Numbering<'_> {
    fn visit(&mut self, point: &impl Attributed) {
        let Self { assembler, it, key, numbers } = self;
        assembler.give(point, *it, |labels, _| numbers.push(number(key.of(labels))));
    }
}

/// A number for a key. Where two keys have one number, their series are held for nothing.
fn number(key: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(key);
    hasher.finish()
}
