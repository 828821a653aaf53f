//! One command or pipeline, from its first poll until its reply, its error or its drop.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use kymo_core::{Attempt, Bounded, Outcome, Part, PlaceKey, Record, Watched};
use redis::{RedisFuture, RedisResult};

use crate::{
    failure::Failure,
    redis_handle::Shared,
    request::Request,
    series::{OperationKey, OperationName},
};

/// A request and its reply, recorded exactly once: when the reply is there, or when it is dropped
/// after its first poll.
pub(crate) struct Operation<'a, Q: Request> {
    reply: Watched<RedisFuture<'a, Q::Reply>, Attempt<Exchange<'a, Q>>>,
}

/// A request and its reply, as far as they are recorded.
struct Exchange<'a, Q: Request> {
    redis: &'a Shared,
    place: PlaceKey,
    request: Q,
    name: OperationName,
    status: Option<Bounded>,
    /// The caches have been told what the reply says.
    has_told: bool,
}

impl<Q: Request> Exchange<'_, Q> {
    #[inline]
    fn tell_caches(&mut self, reply: Option<&Q::Reply>) {
        self.has_told = true;
        self.request.tell_caches(self.name, &self.redis.caches, reply);
    }

    #[cold]
    fn remained_unanswered(&mut self) {
        self.tell_caches(None);
    }

    #[cold]
    fn failed(&mut self, failure: &Failure) -> Outcome {
        self.status = failure.code.as_ref().map(|code| self.redis.recorder.status(code));
        failure.outcome
    }
}

impl<Q: Request> Record for Exchange<'_, Q> {
    const PART: Option<Part> = Some(Part::Redis);

    #[inline]
    fn record(&mut self, elapsed: Duration, outcome: Outcome) {
        let Self { redis, place, name, status, .. } = *self;
        let key = OperationKey { place, name, status, outcome };
        redis.recorder.record(key, elapsed.as_secs_f64());
        if !self.has_told {
            self.remained_unanswered();
        }
    }
}

impl<'a, Q: Request> Operation<'a, Q> {
    pub(crate) fn new(
        redis: &'a Shared,
        place: PlaceKey,
        request: Q,
        reply: RedisFuture<'a, Q::Reply>,
    ) -> Self {
        let name = request.name();
        let exchange = Exchange { redis, place, request, name, status: None, has_told: false };
        Self { reply: Attempt::new(exchange).around(reply) }
    }
}

impl<Q: Request> Operation<'_, Q> {
    #[inline]
    fn end(attempt: &mut Attempt<Exchange<'_, Q>>, result: &RedisResult<Q::Reply>) {
        // Reading a large reply takes time of its own.
        let ended = Instant::now();
        let exchange = attempt.record_mut();
        let mut outcome = Outcome::Success;
        match result {
            Ok(reply) => {
                if let Some(error) = exchange.request.error_in(reply) {
                    outcome = exchange.failed(&Failure::of_reply(error));
                }
                exchange.tell_caches(Some(reply));
            }
            Err(error) => outcome = exchange.failed(&Failure::of(error)),
        }
        attempt.finish_at(ended, outcome);
    }
}

impl<Q: Request> Future for Operation<'_, Q> {
    type Output = RedisResult<Q::Reply>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut reply = Pin::new(&mut self.reply);
        let result = ready!(reply.as_mut().poll(context));
        Self::end(reply.watch_mut(), &result);
        Poll::Ready(result)
    }
}

impl<Q: Request> fmt::Debug for Operation<'_, Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation").finish_non_exhaustive()
    }
}
