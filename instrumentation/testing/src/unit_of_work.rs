//! A unit of work of a test.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use kymo_core::{Account, Bill, Part, Watch, Watched};

/// A unit of work with an account of its own, as a request has one: what it runs is entered there.
///
/// ```
/// use kymo_core::{OperationKind, Operations};
/// use kymo_testing::{TestMeters, UnitOfWork};
///
/// # async fn run() {
/// let meters = TestMeters::new();
/// let commands = Operations::new(&meters.meter("cache"), OperationKind::Redis);
/// let mut work = UnitOfWork::new();
/// work.around(async { commands.enter() }).await;
/// assert_eq!(work.end().operations(OperationKind::Redis), 1);
/// # }
/// ```
#[derive(Debug)]
pub struct UnitOfWork {
    account: Account,
    began: Instant,
}

impl UnitOfWork {
    /// One that begins now: a query that comes 10 times is repeated, and a poll of more than 10 ms blocks.
    pub fn new() -> Self {
        let began = Instant::now();
        Self { account: Account::new(began, 10, Duration::from_millis(10)), began }
    }

    /// Runs a piece of it.
    pub fn run<T>(&mut self, piece: impl FnOnce() -> T) -> T {
        let lending = self.account.lend(Instant::now());
        let answer = piece();
        lending.end(Instant::now());
        answer
    }

    /// Polls and drops `future` as a piece of it.
    pub fn around<F: Future>(&mut self, future: F) -> Watched<F, &mut Self> {
        Watched::new(future, self)
    }

    /// Its response has its head: what follows is the body.
    pub fn head(&mut self) {
        self.account.head(Instant::now());
    }

    /// Its bill, now that it is over.
    ///
    /// # Panics
    ///
    /// When the parts do not add up to the time that it took.
    #[track_caller]
    pub fn end(mut self) -> Bill {
        let elapsed = self.began.elapsed();
        let bill = self.account.close(elapsed);
        let parts: Duration = Part::ALL.map(|part| bill.time(part)).iter().sum();
        assert_eq!(parts, elapsed, "the parts add up to the time that it took: {bill:?}");
        bill
    }
}

impl Default for UnitOfWork {
    fn default() -> Self {
        Self::new()
    }
}

impl Watch for UnitOfWork {
    fn run<T>(&mut self, piece: impl FnOnce() -> T) -> T {
        Self::run(self, piece)
    }
}
