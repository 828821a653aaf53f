//! Series that become one.

use kymo_exposition::Series;

use crate::{held::Held, loss::Cause, rank::Rank, series_key::SeriesKey, spellings::Spellings};

/// The series of one family of which some may be equal, until all of them are there.
#[derive(Debug, Default)]
pub(crate) struct Merger {
    held: Vec<Held>,
    key: SeriesKey,
}

impl Merger {
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
