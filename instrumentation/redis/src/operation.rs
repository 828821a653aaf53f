//! One command or pipeline, from its first poll until its reply, its error or its drop.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::Instant,
};

use kymo_core::{Bounded, Outcome};
use redis::{RedisFuture, RedisResult, Value};

use crate::{
    failure::Failure,
    place::PlaceKey,
    redis_handle::Shared,
    request::{Reply, Request},
    series::OperationKey,
};

/// A request and its reply, recorded exactly once: when the reply is there, or when it is dropped
/// after its first poll.
pub(crate) struct Operation<'a, T> {
    redis: &'a Shared,
    place: PlaceKey,
    request: Request<'a>,
    reply: RedisFuture<'a, T>,
    /// At the first poll: what is never polled sends nothing.
    started: Option<Instant>,
    outcome: Outcome,
    status: Option<Bounded>,
    is_recorded: bool,
}

impl<'a, T> Operation<'a, T> {
    pub(crate) fn new(
        redis: &'a Shared,
        place: PlaceKey,
        request: Request<'a>,
        reply: RedisFuture<'a, T>,
    ) -> Self {
        let (started, outcome, status) = (None, Outcome::default(), None);
        Self { redis, place, request, reply, started, outcome, status, is_recorded: false }
    }

    fn record(&mut self, ended: Instant, answers: Option<&[Value]>) {
        let Some(started) = self.started.filter(|_| !self.is_recorded) else { return };
        let elapsed = ended.saturating_duration_since(started);
        self.is_recorded = true;
        let Self { redis, place, request, status, outcome, .. } = *self;
        let name = request.name();
        let key = OperationKey { place, name, status, outcome };
        redis.instruments.record(key, elapsed.as_secs_f64());
        request.tell_caches(name, &redis.caches, answers);
    }

    fn fail(&mut self, failure: Failure) {
        self.outcome = failure.outcome;
        self.status = failure.code.map(|code| self.redis.instruments.status(&code));
    }
}

impl<T: Reply> Operation<'_, T> {
    fn end(&mut self, result: &RedisResult<T>) {
        // Reading a large reply takes time of its own.
        let ended = Instant::now();
        self.outcome = Outcome::Success;
        match result {
            Ok(reply) => {
                if let Some(error) = reply.server_error(self.request) {
                    self.fail(Failure::of_reply(error));
                }
                self.record(ended, reply.answers(self.request));
            }
            Err(error) => {
                self.fail(Failure::of(error));
                self.record(ended, None);
            }
        }
    }
}

impl<T: Reply> Future for Operation<'_, T> {
    type Output = RedisResult<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.started.get_or_insert_with(Instant::now);
        // Until the poll returns: if it unwinds, this stays.
        self.outcome = Outcome::Panic;
        let result = self.reply.as_mut().poll(context);
        match &result {
            Poll::Pending => self.outcome = Outcome::Cancelled,
            Poll::Ready(result) => self.end(result),
        }
        result
    }
}

impl<T> Drop for Operation<'_, T> {
    fn drop(&mut self) {
        // Most have been recorded, and another look at the clock is a good part of all this costs.
        if !self.is_recorded {
            self.record(Instant::now(), None);
        }
    }
}

impl<T> fmt::Debug for Operation<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation").field("outcome", &self.outcome).finish_non_exhaustive()
    }
}
