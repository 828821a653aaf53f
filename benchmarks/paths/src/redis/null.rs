//! A connection that has every answer ready: what is left is what surrounds it.

use std::future::ready;

use redis::aio::ConnectionLike;
use redis::{Cmd, Pipeline, RedisFuture, Value};

use super::workload::Workload;

pub(super) struct Null(Vec<Value>);

impl Null {
    pub(super) fn new(workload: Workload) -> Self {
        Self(workload.answer())
    }
}

impl ConnectionLike for Null {
    fn req_packed_command<'a>(&'a mut self, _: &'a Cmd) -> RedisFuture<'a, Value> {
        Box::pin(ready(Ok(self.0[0].clone())))
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        _: &'a Pipeline,
        _: usize,
        _: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        Box::pin(ready(Ok(self.0.clone())))
    }

    fn get_db(&self) -> i64 {
        0
    }
}
