//! The documents that are handed out again.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{dialect::Dialect, document::Document, encoding::Encoding, wanted::Wish};

/// Whoever asked within this time comes again.
const REGULAR: Duration = Duration::from_secs(300);
/// Documents that are kept at most: one collection has six dialects, and so four have all that there are.
const MOST: usize = 5;

/// Keeps documents for those who ask within some time after they were collected.
///
/// A document that is collected has what is asked for regularly, as much as it has room for: first what no other that
/// is kept has, and then what is the oldest. One goes as soon as all of it is in later ones. So who asks for more
/// dialects than a document has costs another collection in that time, and takes nothing from those who are content
/// with one.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    time: Duration,
    /// Each with when it was collected; the oldest first.
    documents: Vec<(Arc<Document>, Instant)>,
    /// What was asked for, and when last.
    asked: Vec<(Wish, Instant)>,
}

impl Cache {
    /// Hands documents out for so long.
    pub(crate) fn keep_for(&mut self, time: Duration) {
        self.time = time;
    }

    /// Whether documents are handed out again.
    pub(crate) fn is_on(&self) -> bool {
        !self.time.is_zero()
    }

    /// Hands out the latest document with a page in this dialect, to somebody who wants nothing that was collected
    /// before `since`.
    pub(crate) fn find(
        &self,
        now: Instant,
        since: Option<Instant>,
        dialect: Dialect,
    ) -> Option<Arc<Document>> {
        let document = self.latest(now, dialect).filter(|(_, collected)| {
            // There is no later one.
            since.is_none_or(|since| *collected >= since)
        });
        let (document, _) = document?;
        document.hand_out(now);
        Some(Arc::clone(document))
    }

    fn latest(&self, now: Instant, dialect: Dialect) -> Option<&(Arc<Document>, Instant)> {
        let all = self.documents.iter().rev();
        all.filter(|(_, at)| !self.is_old(*at, now)).find(|(it, _)| it.find(dialect).is_some())
    }

    fn is_old(&self, collected: Instant, now: Instant) -> bool {
        now.saturating_duration_since(collected) >= self.time
    }

    /// Keeps a document, and gives back those that are handed out no more.
    pub(crate) fn put(
        &mut self,
        document: &Arc<Document>,
        collected: Instant,
    ) -> Vec<Arc<Document>> {
        self.documents.push((Arc::clone(document), collected));
        let mut retired = Vec::new();
        let mut index = 0;
        while let Some((document, _)) = self.documents.get(index) {
            let later = &self.documents[index + 1..];
            let is_in_later = |dialect| later.iter().any(|(it, _)| it.find(dialect).is_some());
            let is_over = later.len() >= MOST || document.dialects().all(is_in_later);
            if is_over && !later.is_empty() {
                retired.push(self.documents.remove(index).0);
            } else {
                index += 1;
            }
        }
        retired
    }

    /// Takes out those that are too old to be handed out.
    pub(crate) fn retire_old(&mut self, now: Instant) -> impl Iterator<Item = Arc<Document>> {
        let time = self.time;
        let is_old = move |at: Instant| now.saturating_duration_since(at) >= time;
        self.documents.extract_if(.., move |(_, at)| is_old(*at)).map(|(document, _)| document)
    }

    /// Takes out one of those that are kept.
    pub(crate) fn retire(&mut self, index: usize) -> Option<Arc<Document>> {
        (index < self.documents.len()).then(|| self.documents.remove(index).0)
    }

    /// Those that are kept, the oldest first.
    pub(crate) fn documents(&self) -> impl Iterator<Item = &Arc<Document>> + Clone {
        self.documents.iter().map(|(document, _)| document)
    }

    /// When the first of them is too old, unless none ever is.
    pub(crate) fn ends_at(&self) -> Option<Instant> {
        self.documents.iter().filter_map(|(_, at)| at.checked_add(self.time)).min()
    }

    /// Somebody asks for a page like this.
    pub(crate) fn remember(&mut self, now: Instant, dialect: Dialect, encoding: Encoding) {
        if !self.is_on() {
            return;
        }
        let wish = Wish::new(dialect, encoding);
        match self.asked.iter_mut().find(|(known, _)| known.dialect == dialect) {
            Some((known, at)) => {
                known.add(wish);
                *at = now;
            }
            None => self.asked.push((wish, now)),
        }
    }

    /// The pages that somebody will ask for, those first that are not there, and then the oldest.
    pub(crate) fn expected(&mut self, now: Instant) -> Vec<Wish> {
        self.asked.retain(|(_, at)| now.saturating_duration_since(*at) < REGULAR);
        let mut wishes: Vec<_> = self.asked.iter().map(|(wish, _)| *wish).collect();
        wishes.sort_by_key(|wish| self.latest(now, wish.dialect).map(|(_, at)| *at));
        wishes
    }
}

#[cfg(test)]
mod tests;
