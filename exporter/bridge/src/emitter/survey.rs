//! A look at a family before any of its series is given.

use super::Emitter;
use crate::{
    assembler::{Assembler, Surroundings},
    label::OwnedLabel,
    loss::Cause,
    merger::Numbering,
    naming::Entry,
    point::{self, Attributed, Visitor},
    position::Position,
    series_key::SeriesKey,
    spelling::{Spelling, escaped_label},
};

impl Emitter<'_> {
    /// Whether two series of the family may have the same labels.
    pub(super) fn survey(&mut self, family: &[Entry<'_>]) -> bool {
        self.assembler.begin();
        for (entry, Entry { metric, definition, .. }) in family.iter().enumerate() {
            let Some(metric) = metric else { continue };
            let it = Position { family, entry }.surroundings(&self.scopes);
            point::each(metric, &mut Survey { assembler: &mut self.assembler, it });
            if self.assembler.has_overflown() {
                self.losses.record(definition.name(), Cause::Overflow);
            }
        }
        self.assembler.is_ambiguous()
    }

    /// Finds the series of the family that are equal. Where names are in UTF-8 all may be: a name that another series
    /// has in another spelling changes.
    pub(super) fn expect_equal(&mut self, family: &[Entry<'_>]) {
        if self.spelling == Spelling::Utf8 {
            return self.merger.expect_all();
        }
        let mut numbers = Vec::with_capacity(self.assembler.series());
        for (entry, Entry { metric, .. }) in family.iter().enumerate() {
            let Some(metric) = metric else { continue };
            let it = Position { family, entry }.surroundings(&self.scopes);
            let (assembler, key) = (&mut self.assembler, SeriesKey::default());
            let mut numbering = Numbering { assembler, it, key, numbers };
            point::each(metric, &mut numbering);
            numbers = numbering.numbers;
        }
        self.assembler.rewind();
        self.merger.expect(numbers);
    }

    /// Whether two metrics of the family have the same labels besides their attributes, or the same names of
    /// them in two spellings.
    pub(super) fn has_twin_scopes(&self, family: &[Entry<'_>]) -> bool {
        // An empty label is none, and a name is one however it is spelt.
        let is_there = |label: &&OwnedLabel| !label.value.is_empty();
        let labels = |entry: &Entry<'_>| {
            let labels = self.scopes.get(entry.scope).into_iter().flatten().filter(is_there);
            labels.map(|label| (escaped_label(&label.name), &*label.value))
        };
        let names = |entry| labels(entry).map(|(name, _)| name);
        let spelt = |entry: &Entry<'_>| {
            let all = self.scopes.get(entry.scope).into_iter().flatten();
            all.map(|label| label.name.as_str())
        };
        // A format without UTF-8 knows no two spellings of one name.
        family.iter().enumerate().any(|(index, entry)| {
            family[..index].iter().any(|before| {
                labels(before).eq(labels(entry))
                    || (names(before).eq(names(entry)) && !spelt(before).eq(spelt(entry)))
            })
        })
    }
}

/// Looks at every series of a metric before any is pushed.
struct Survey<'a> {
    assembler: &'a mut Assembler,
    it: Surroundings<'a>,
}

impl Visitor for Survey<'_> {
    fn visit(&mut self, point: &impl Attributed) {
        self.assembler.look(point, self.it);
    }
}
