//! What a source says, written in several dialects at once.

use kymo_exposition::{Family, Series, Sink};

use crate::{
    dialect::Dialect,
    filter::Filter,
    page::{Page, Writing},
    parts::PART,
};

/// Writes each family in all dialects that somebody wants, as the source says it.
pub(crate) struct Pages<'a> {
    writings: Vec<Writing<'a>>,
    filter: &'a Filter,
    /// Whether the family that was announced last is wanted.
    is_wanted: bool,
    limit: usize,
}

impl Pages<'_> {
    /// Everything that `collect` pushes and `filter` takes, in each dialect, until all pages together have `limit`
    /// bytes. They have the same series then, but for those that a format cannot carry.
    pub(crate) fn write(
        limit: usize,
        filter: &Filter,
        dialects: &[Dialect],
        has_created: bool,
        collect: impl FnOnce(&mut dyn Sink),
    ) -> Vec<Page> {
        let mut buffers: Vec<_> = dialects.iter().map(|_| Vec::with_capacity(2 * PART)).collect();
        let is_partial = !filter.is_all();
        let begin = |(buffer, dialect)| Writing::new(buffer, dialect, is_partial, has_created);
        let writings = buffers.iter_mut().zip(dialects.iter().copied()).map(begin).collect();
        let mut writing = Pages { writings, filter, is_wanted: filter.is_all(), limit };
        collect(&mut writing);
        let drafts: Vec<_> = writing.writings.into_iter().map(Writing::finish).collect();
        let rests = buffers.iter().zip(dialects);
        drafts
            .into_iter()
            .zip(rests)
            .map(|(draft, (rest, it))| draft.end(rest, it.format))
            .collect()
    }
}

impl Sink for Pages<'_> {
    fn family(&mut self, family: &Family<'_>) {
        self.is_wanted = self.filter.takes(family.name, family.kind);
        if self.is_wanted {
            self.writings.iter_mut().for_each(|page| page.family(family));
        }
    }

    fn series(&mut self, series: &Series<'_>) {
        if !self.is_wanted {
            return;
        }
        let is_full = self.writings.iter().map(Writing::len).sum::<usize>() >= self.limit;
        for page in &mut self.writings {
            if is_full {
                page.leave_out();
            } else {
                page.series(series);
            }
        }
    }

    fn repeat_labels(&mut self, same: usize) {
        if self.is_wanted {
            self.writings.iter_mut().for_each(|page| page.repeat_labels(same));
        }
    }

    /// If any page does.
    fn takes_exemplars(&self) -> bool {
        self.writings.iter().any(Writing::takes_exemplars)
    }
}

#[cfg(test)]
mod tests;
