//! A connection that answers as it was told.

use std::{
    collections::VecDeque,
    future::{pending, ready},
    sync::{Arc, Mutex},
    time::Duration,
};

use redis::{Cmd, Pipeline, RedisError, RedisFuture, Value, aio::ConnectionLike};

/// The fate of a request.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Answer(Vec<Value>),
    /// Answers when it is polled for the second time.
    Late(Vec<Value>),
    /// Answers with nil, so much later.
    Slow(Duration),
    Fail(RedisError),
    Never,
    /// Unwinds when it is polled for the second time.
    Panic,
}

/// Clones share what is still to come, as those of a multiplexed connection share the server.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scripted {
    steps: Arc<Mutex<VecDeque<Step>>>,
    database: i64,
}

impl Scripted {
    pub(crate) fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        let steps = Arc::new(Mutex::new(steps.into_iter().collect()));
        Self { steps, database: 0 }
    }

    /// Answers to `n` requests alike.
    pub(crate) fn answering(n: usize, value: &Value) -> Self {
        Self::new(vec![Step::Answer(vec![value.clone()]); n])
    }

    /// As if it had been opened with that database.
    pub(crate) fn of_database(self, database: i64) -> Self {
        Self { database, ..self }
    }

    fn next(&self) -> RedisFuture<'static, Vec<Value>> {
        match self.steps.lock().unwrap().pop_front().expect("a step for each request") {
            Step::Answer(values) => Box::pin(ready(Ok(values))),
            Step::Late(values) => Box::pin(async {
                tokio::task::yield_now().await;
                Ok(values)
            }),
            Step::Slow(pause) => Box::pin(async move {
                tokio::time::sleep(pause).await;
                Ok(vec![Value::Nil])
            }),
            Step::Fail(error) => Box::pin(ready(Err(error))),
            Step::Never => Box::pin(pending()),
            Step::Panic => Box::pin(async {
                tokio::task::yield_now().await;
                panic!("the connection unwinds")
            }),
        }
    }
}

impl ConnectionLike for Scripted {
    fn req_packed_command<'a>(&'a mut self, _cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        let values = self.next();
        Box::pin(async { Ok(values.await?.remove(0)) })
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        _pipeline: &'a Pipeline,
        _offset: usize,
        _count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        self.next()
    }

    fn get_db(&self) -> i64 {
        self.database
    }
}
