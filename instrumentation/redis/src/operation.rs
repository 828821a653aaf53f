//! One command or pipeline, from its first poll until its reply, its error or its drop.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use kymo_core::{Attempt, Bounded, Outcome, Part, PlaceKey, Record, Watched};
use redis::{RedisFuture, RedisResult, Value};

use crate::{
    failure::Failure,
    redis_handle::Shared,
    request::{Reply, Request},
    series::{OperationKey, OperationName},
};

/// A request and its reply, recorded exactly once: when the reply is there, or when it is dropped
/// after its first poll.
pub(crate) struct Operation<'a, T> {
    reply: Watched<RedisFuture<'a, T>, Attempt<Exchange<'a>>>,
}

/// A request and its reply, as far as they are recorded.
struct Exchange<'a> {
    redis: &'a Shared,
    place: PlaceKey,
    request: Request<'a>,
    name: OperationName,
    status: Option<Bounded>,
    /// The caches have been told what the reply says.
    has_told: bool,
}

impl Exchange<'_> {
    fn tell_caches(&mut self, answers: Option<&[Value]>) {
        self.has_told = true;
        self.request.tell_caches(self.name, &self.redis.caches, answers);
    }

    fn failed(&mut self, failure: &Failure) -> Outcome {
        self.status = failure.code.as_ref().map(|code| self.redis.recorder.status(code));
        failure.outcome
    }
}

impl Record for Exchange<'_> {
    const PART: Option<Part> = Some(Part::Redis);

    fn record(&mut self, elapsed: Duration, outcome: Outcome) {
        let Self { redis, place, name, status, .. } = *self;
        let key = OperationKey { place, name, status, outcome };
        redis.recorder.record(key, elapsed.as_secs_f64());
        if !self.has_told {
            self.tell_caches(None);
        }
    }
}

impl<'a, T> Operation<'a, T> {
    pub(crate) fn new(
        redis: &'a Shared,
        place: PlaceKey,
        request: Request<'a>,
        reply: RedisFuture<'a, T>,
    ) -> Self {
        let name = request.name();
        let exchange = Exchange { redis, place, request, name, status: None, has_told: false };
        Self { reply: Attempt::new(exchange).around(reply) }
    }
}

impl<T: Reply> Operation<'_, T> {
    fn end(attempt: &mut Attempt<Exchange<'_>>, result: &RedisResult<T>) {
        // Reading a large reply takes time of its own.
        let ended = Instant::now();
        let exchange = attempt.record_mut();
        let mut outcome = Outcome::Success;
        match result {
            Ok(reply) => {
                if let Some(error) = reply.server_error(exchange.request) {
                    outcome = exchange.failed(&Failure::of_reply(error));
                }
                exchange.tell_caches(reply.answers(exchange.request));
            }
            Err(error) => outcome = exchange.failed(&Failure::of(error)),
        }
        attempt.finish_at(ended, outcome);
    }
}

impl<T: Reply> Future for Operation<'_, T> {
    type Output = RedisResult<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut reply = Pin::new(&mut self.reply);
        let result = ready!(reply.as_mut().poll(context));
        Self::end(reply.watch_mut(), &result);
        Poll::Ready(result)
    }
}

impl<T> fmt::Debug for Operation<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation").finish_non_exhaustive()
    }
}
