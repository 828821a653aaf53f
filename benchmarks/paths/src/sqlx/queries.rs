//! One workload on the pool of one peer.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use tokio::runtime::Runtime;

use super::workload::{Peer, Workload};
use crate::exposition;
use crate::{BoxError, Subject};

/// The sample that counts operations, by the semantic conventions.
const COUNT: &str = "db_client_operation_duration_seconds_count";

pub(super) struct Queries {
    runtime: Runtime,
    peer: Box<dyn Peer>,
    workload: Workload,
    /// How long the database takes to answer, where another thread does it.
    patience: Option<Duration>,
    times: u64,
    failed: Option<sqlx::Error>,
}

impl Queries {
    pub(super) fn new(
        runtime: Runtime,
        peer: Box<dyn Peer>,
        workload: Workload,
        patience: Option<Duration>,
    ) -> Self {
        Self { runtime, peer, workload, patience, times: 0, failed: None }
    }
}

impl Subject for Queries {
    fn run(&mut self, times: u64) {
        let queries = self.peer.run(self.workload, times);
        let result = match self.patience {
            Some(patience) => self.runtime.block_on(Patient { queries, patience }),
            None => self.runtime.block_on(queries),
        };
        self.times += times;
        self.failed = self.failed.take().or(result.err());
    }

    fn verify(&self) -> Result<(), BoxError> {
        let Self { workload, times, .. } = self;
        if let Some(error) = &self.failed {
            return Err(format!("{}: {error}", workload.name()).into());
        }
        let Some(record) = self.peer.record() else { return Ok(()) };
        let operations = match workload {
            Workload::Transaction => record.operations_of_a_transaction,
            _ => 1,
        };
        let recorded: f64 = exposition::values(&record.text, COUNT, "").sum();
        if recorded != (times * operations) as f64 {
            let (workload, text) = (workload.name(), record.text);
            return Err(format!("{workload}: {recorded} for {times} times in:\n{text}").into());
        }
        Ok(())
    }
}

/// Sleeps whenever there is no answer yet, until there certainly is one.
///
/// How often a future is polled would otherwise depend on which thread is faster, and the cost of a
/// poll and of a wake-up is as much as what is to be measured. A thread that sleeps costs no time.
struct Patient<'a> {
    queries: LocalBoxFuture<'a, sqlx::Result<()>>,
    patience: Duration,
}

impl Future for Patient<'_> {
    type Output = sqlx::Result<()>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<sqlx::Result<()>> {
        let poll = self.queries.as_mut().poll(context);
        if poll.is_pending() {
            thread::sleep(self.patience);
        }
        poll
    }
}
