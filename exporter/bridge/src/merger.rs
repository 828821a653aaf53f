//! Series that become one.

use std::{borrow::Cow, collections::HashMap};

use kymo_exposition::Series;

use crate::{
    held::Held, label::OwnedLabel, loss::Cause, rank::Rank, series_key::SeriesKey,
    spelling::escaped_label,
};

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

    /// Gives out each series once, and what it cost to make one of several.
    ///
    /// They are added in one order, so that a sum of floats does not fall because the SDK changed
    /// the order of its series.
    pub(crate) fn give(&mut self, mut take: impl FnMut(&Series<'_>), mut lose: impl FnMut(Cause)) {
        spell_alike(&mut self.held);
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

/// Gives labels that are one without UTF-8 one name in all series: the one that they have, or that without
/// UTF-8 if they have several.
fn spell_alike(held: &mut [Held]) {
    let is_plain = |label: &OwnedLabel| matches!(escaped_label(&label.name), Cow::Borrowed(_));
    if held.iter().all(|series| series.labels.iter().all(is_plain)) {
        return;
    }
    let mut names: HashMap<String, Option<String>> = HashMap::new();
    for label in held.iter().flat_map(|series| &series.labels) {
        let name = || Some(label.name.clone());
        let one = names.entry(escaped_label(&label.name).into_owned()).or_insert_with(name);
        if one.as_ref() != Some(&label.name) {
            *one = None;
        }
    }
    for label in held.iter_mut().flat_map(|series| &mut series.labels) {
        let escaped = escaped_label(&label.name).into_owned();
        if names.get(&escaped).is_some_and(Option::is_none) {
            label.name = escaped;
        }
    }
}
