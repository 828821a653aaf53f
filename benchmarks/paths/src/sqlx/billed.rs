//! A pool within a request: its operations are entered into an account.

use std::time::{Duration, Instant};

use futures_util::future::LocalBoxFuture;
use kymo_core::{Account, Watch, Watched};

use super::workload::{Peer, Record, Workload};

/// Another peer, whose work has an account.
pub(super) struct Billed<P>(pub(super) P);

impl<P: Peer> Peer for Billed<P> {
    fn run(&self, workload: Workload, times: u64) -> LocalBoxFuture<'_, sqlx::Result<()>> {
        let account = Account::new(Instant::now(), 10, Duration::from_millis(10));
        Box::pin(Watched::new(self.0.run(workload, times), Work(account)))
    }

    fn record(&self) -> Option<Record> {
        self.0.record()
    }
}

struct Work(Account);

impl Watch for Work {
    fn run<T>(&mut self, piece: impl FnOnce() -> T) -> T {
        let lending = self.0.lend(Instant::now());
        let answer = piece();
        lending.end(Instant::now());
        answer
    }
}
