//! One workload on the pool of one peer.

use tokio::runtime::Runtime;

use super::workload::{Peer, Workload};
use crate::exposition;
use crate::subject::{BoxError, Subject};

/// The sample that counts operations, by the semantic conventions.
const COUNT: &str = "db_client_operation_duration_seconds_count";

pub struct Queries {
    runtime: Runtime,
    peer: Box<dyn Peer>,
    workload: Workload,
    times: u64,
    failed: Option<sqlx::Error>,
}

impl Queries {
    pub fn new(runtime: Runtime, peer: Box<dyn Peer>, workload: Workload) -> Self {
        Self { runtime, peer, workload, times: 0, failed: None }
    }
}

impl Subject for Queries {
    fn run(&mut self, times: u64) {
        let result = self.runtime.block_on(self.peer.run(self.workload, times));
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
