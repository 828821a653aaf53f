//! The measured connection.

use std::{fmt, sync::Arc};

use kymo_core::PlaceKey;
use redis::{Cmd, Pipeline, RedisFuture, Value, aio::ConnectionLike};

use crate::{operation::Operation, redis_handle::Shared};

/// A connection that measures every command and pipeline sent through it, and is otherwise the one
/// it was made of.
///
/// It is a [`ConnectionLike`], so [`redis::AsyncCommands`], [`redis::cmd`], pipelines, scripts and
/// iterators work as they do on the other. It does not deref to it: what goes round the measurement,
/// such as subscriptions, is reached by [`MeasuredConnection::get_mut`], and nothing by accident.
#[derive(Clone)]
pub struct MeasuredConnection<C> {
    connection: C,
    redis: Arc<Shared>,
    place: PlaceKey,
}

impl<C> MeasuredConnection<C> {
    pub(crate) fn new(connection: C, redis: Arc<Shared>, place: PlaceKey) -> Self {
        Self { connection, redis, place }
    }

    /// The connection itself, to be looked at: a command needs it mutable.
    pub fn get_ref(&self) -> &C {
        &self.connection
    }

    /// The connection itself; what is sent through it is not measured.
    pub fn get_mut(&mut self) -> &mut C {
        &mut self.connection
    }

    /// The connection itself, no longer measured.
    pub fn into_inner(self) -> C {
        self.connection
    }
}

/// Every future is boxed once more than the connection's own, as the trait asks for a box; measuring
/// allocates nothing else.
impl<C: ConnectionLike> ConnectionLike for MeasuredConnection<C> {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        let Self { connection, redis, place } = self;
        let reply = connection.req_packed_command(cmd);
        Box::pin(Operation::new(redis, *place, cmd, reply))
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        let Self { connection, redis, place } = self;
        let reply = connection.req_packed_commands(pipeline, offset, count);
        Box::pin(Operation::new(redis, *place, pipeline, reply))
    }

    fn get_db(&self) -> i64 {
        self.connection.get_db()
    }
}

impl<C> fmt::Debug for MeasuredConnection<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MeasuredConnection").field("redis", &self.redis).finish_non_exhaustive()
    }
}
