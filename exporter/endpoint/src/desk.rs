//! Keeps a scraper's work to do, and the documents it has given out.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    cache::Cache,
    dialect::Dialect,
    document::{Document, LIFE},
    form::Forms,
    round::{Round, Seat},
    share::Share,
};

/// Documents in memory at most, with the one that is being written, unless all are shorter than [`ROOM`]
/// together.
const AT_ONCE: usize = 2;
const ROOM: usize = 1024 * 1024;
/// A collection that ends this long after its deadline may never end.
const STUCK: Duration = Duration::from_secs(10);

/// Keeps a scraper's work to do, and the documents it has given out.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    /// Whether somebody works here.
    pub(crate) is_kept: bool,
    /// For whoever asks now: the next collection, and the one after it for those for whose dialects there is no room
    /// in it, and so on. There are so many dialects and no more, and all in the first of them that has room.
    waiting: VecDeque<Arc<Round>>,
    /// The collection under way, and when it should have ended.
    current: Option<(Arc<Round>, Instant)>,
    /// The documents that are read, or may yet be, by those who have them.
    documents: Vec<Arc<Document>>,
    /// Those that may be handed out again.
    pub(crate) cache: Cache,
    share: Share,
}

/// Work to be done without the lock.
#[derive(Debug, Default)]
pub(crate) struct Errands {
    /// They have waited for too long.
    pub(crate) late: Vec<Arc<Seat>>,
    /// Nobody may read these any more: to be dropped.
    pub(crate) parts: Vec<Forms>,
    /// To be collected, until the deadline.
    pub(crate) round: Option<(Arc<Round>, Instant)>,
}

impl Errands {
    pub(crate) fn is_empty(&self) -> bool {
        self.late.is_empty() && self.parts.is_empty() && self.round.is_none()
    }
}

impl Desk {
    /// Whether the collection under way may never end.
    pub(crate) fn is_stuck(&self, now: Instant) -> bool {
        self.current.as_ref().is_some_and(|(_, deadline)| now > *deadline + STUCK)
    }

    /// The round for whoever asks now.
    pub(crate) fn next(&mut self, dialect: Dialect) -> Arc<Round> {
        if let Some(round) = self.waiting.iter().find(|round| round.takes(dialect)) {
            return Arc::clone(round);
        }
        let round = Arc::<Round>::default();
        self.waiting.push_back(Arc::clone(&round));
        round
    }

    /// A collection took from `begun` to `now`.
    pub(crate) fn spend(&mut self, begun: Instant, now: Instant) {
        self.share.spend(begun, now);
    }

    /// The collection under way has ended, and gave `document`; it was begun at `begun`.
    pub(crate) fn end(&mut self, document: Option<&Arc<Document>>, begun: Instant) {
        self.current = None;
        let Some(document) = document else { return };
        if document.is_partial() {
            // It is for those who waited for it.
            self.documents.push(Arc::clone(document));
        } else {
            self.documents.extend(self.cache.put(document, begun));
        }
    }

    /// Clears away what is over, and says what is to be done next.
    pub(crate) fn tidy(&mut self, now: Instant) -> Errands {
        let mut errands = Errands::default();
        let rounds = self.waiting.iter().chain(self.current.iter().map(|(round, _)| round));
        errands.late.extend(rounds.flat_map(|round| round.expire(now)));
        self.documents.extend(self.cache.retire_old(now));
        let over = |document: &mut Arc<Document>| is_unread(document) || document.ends_at() <= now;
        errands.parts.extend(self.documents.extract_if(.., over).map(|it| it.withdraw()));
        // Others may have left before their turn.
        self.waiting.retain(|round| round.collect_by(now).is_some());
        let deadline = self.waiting.front().and_then(|round| round.collect_by(now));
        if self.current.is_none()
            && self.share.opens_at(now).is_none()
            && let Some(deadline) = deadline
        {
            if let Some(round) = self.waiting.front() {
                // Or else each of these would have the next one collected.
                self.cache.expected(now).into_iter().for_each(|wish| round.expect(wish));
            }
            if !self.has_room() {
                errands.parts.extend(self.make_room(now));
            }
            if self.has_room()
                && let Some(round) = self.waiting.pop_front()
            {
                self.current = Some((Arc::clone(&round), deadline));
                errands.round = Some((round, deadline));
            }
        }
        errands
    }

    fn has_room(&self) -> bool {
        let all = self.documents.iter().chain(self.cache.documents());
        let sizes = all.map(|document| document.size());
        sizes.clone().count() < AT_ONCE || sizes.sum::<usize>() < ROOM
    }

    /// Withdraws the document whose readers were the last to read on, if it has had its time; of those that may be
    /// handed out again the oldest, if there is no other.
    fn make_room(&mut self, now: Instant) -> Option<Forms> {
        let yields = |document: &Arc<Document>| is_unread(document) || document.yields_at() <= now;
        let cached = self.cache.documents().position(yields);
        // Where none yields, one is handed out no more, so that it will.
        if cached.is_some() || self.documents.is_empty() {
            self.documents.extend(self.cache.retire(cached.unwrap_or(0)));
        }
        let yielding = self.documents.iter().enumerate().filter(|(_, document)| yields(document));
        let (index, _) = yielding.min_by_key(|(_, document)| document.last_read())?;
        Some(self.documents.swap_remove(index).withdraw())
    }

    /// How long there is nothing to do; `None` if there is nothing left to wait for.
    pub(crate) fn idle(&self, now: Instant) -> Option<Duration> {
        let rounds = self.waiting.iter().chain(self.current.iter().map(|(round, _)| round));
        let answers = rounds.filter_map(|round| round.answer_by());
        let ends = self.documents.iter().map(|document| document.ends_at());
        // A collection waits for room, if it does not for another.
        let room = self.documents.iter().map(|document| document.yields_at());
        let room = room.filter(|_| !self.waiting.is_empty() && self.current.is_none());
        let share = self.share.opens_at(now);
        let share = share.filter(|_| !self.waiting.is_empty() && self.current.is_none());
        let cache = self.cache.ends_at();
        let first = answers.chain(ends).chain(room).chain(share).chain(cache).min();
        let wait = first.map(|at| at.saturating_duration_since(now));
        wait.or_else(|| self.current.is_some().then_some(LIFE))
    }
}

/// Whether nobody else has it: nobody can read it any more.
fn is_unread(document: &Arc<Document>) -> bool {
    Arc::strong_count(document) == 1
}

#[cfg(test)]
mod tests;
