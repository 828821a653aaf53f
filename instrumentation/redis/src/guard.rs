//! A connection that is lent, such as by a pool.

use std::ops::{Deref, DerefMut};

use redis::{Cmd, Pipeline, RedisFuture, Value, aio::ConnectionLike};

/// A pool's guard, or whatever else lends a connection, as that connection; made by
/// [`Redis::guard`](crate::Redis::guard).
#[derive(Debug, Clone)]
pub struct Guard<G>(G);

impl<G> Guard<G> {
    pub(crate) fn new(guard: G) -> Self {
        Self(guard)
    }

    /// The guard that lends the connection, which is not measured through it any more.
    pub fn into_inner(self) -> G {
        self.0
    }
}

impl<G> Deref for Guard<G> {
    type Target = G;

    fn deref(&self) -> &G {
        &self.0
    }
}

impl<G> DerefMut for Guard<G> {
    fn deref_mut(&mut self) -> &mut G {
        &mut self.0
    }
}

impl<G: DerefMut<Target: ConnectionLike>> ConnectionLike for Guard<G> {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        self.0.req_packed_command(cmd)
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        self.0.req_packed_commands(pipeline, offset, count)
    }

    fn get_db(&self) -> i64 {
        self.0.get_db()
    }
}
