//! One request for an entry.

use std::time::Duration;

use kymo_core::{Attempt, Outcome, Record};

use crate::{cache::Cache, values::CacheResult};

/// An answer of a cache that was asked for an entry, such as an `Option`.
pub trait Answer {
    /// Whether it had the entry.
    fn result(&self) -> CacheResult;
}

impl<T> Answer for Option<T> {
    fn result(&self) -> CacheResult {
        if self.is_some() { CacheResult::Hit } else { CacheResult::Miss }
    }
}

impl<T, E> Answer for Result<Option<T>, E> {
    fn result(&self) -> CacheResult {
        self.as_ref().map_or(CacheResult::Error, Answer::result)
    }
}

/// A request that goes on, and is counted once, when it is dropped: an `error`, until the answer is
/// there, so that a request that its caller gave up is one. Made by [`Cache::start_lookup`].
#[derive(Debug)]
#[must_use = "a lookup that is dropped is counted as an error"]
pub struct Lookup<'c>(Attempt<Asked<'c>, ()>);

#[derive(Debug)]
struct Asked<'c> {
    cache: &'c Cache,
    result: CacheResult,
}

impl Record for Asked<'_> {
    fn record(&mut self, _elapsed: Duration, _outcome: Outcome) {
        self.cache.count(self.result, 1);
    }
}

impl<'c> Lookup<'c> {
    pub(crate) fn start(cache: &'c Cache) -> Self {
        Self(Attempt::untimed(Asked { cache, result: CacheResult::Error }))
    }

    /// Counts the request by `answer`, and hands the answer back.
    pub fn answer<A: Answer>(mut self, answer: A) -> A {
        self.0.record_mut().result = answer.result();
        answer
    }
}
