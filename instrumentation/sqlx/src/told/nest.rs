//! The ledgers of a transaction and of the savepoints inside it.

use std::{
    mem,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use futures_util::lock::{Mutex, MutexGuard};

use crate::rows::ledger::Ledger;

/// The ledgers of a transaction and of the savepoints that are open inside it.
///
/// Whichever of them a statement is given to, the server runs it in the innermost.
#[derive(Debug)]
pub(crate) struct Nest {
    ledgers: Mutex<Ledgers>,
    /// What is committed cannot be known any more: somebody has had it bare, and may still have it.
    is_unclear: AtomicBool,
}

/// The ledgers, for one statement at a time.
#[derive(Debug)]
pub(crate) struct Ledgers {
    outermost: Ledger,
    /// Of the savepoints, from the outer to the inner ones.
    savepoints: Vec<Ledger>,
}

/// A transaction, or a savepoint, until it has ended.
#[derive(Debug)]
pub(crate) struct Level {
    nest: Arc<Nest>,
    /// How many are around it.
    depth: usize,
    has_ended: bool,
}

impl Nest {
    /// Waits until no statement of the transaction runs.
    pub(crate) async fn lock(&self) -> MutexGuard<'_, Ledgers> {
        let mut ledgers = self.ledgers.lock().await;
        self.settle(&mut ledgers);
        ledgers
    }

    fn settle(&self, ledgers: &mut Ledgers) {
        if self.is_unclear.load(Ordering::Relaxed) {
            ledgers.outermost.lend();
            ledgers.savepoints.iter_mut().for_each(Ledger::lend);
        }
    }
}

impl Ledgers {
    /// That of what a statement runs in.
    pub(crate) fn innermost(&mut self) -> &mut Ledger {
        self.savepoints.last_mut().unwrap_or(&mut self.outermost)
    }
}

impl Level {
    /// A transaction that was just begun.
    pub(crate) fn begun() -> Self {
        let ledgers = Ledgers { outermost: Ledger::transaction(), savepoints: Vec::new() };
        let nest = Nest { ledgers: Mutex::new(ledgers), is_unclear: AtomicBool::new(false) };
        Self { nest: Arc::new(nest), depth: 0, has_ended: false }
    }

    /// A savepoint that was just set, inside of all that are open.
    pub(crate) fn savepoint(&self, ledgers: &mut Ledgers) -> Self {
        let ledger = ledgers.innermost().savepoint();
        ledgers.savepoints.push(ledger);
        Self { nest: Arc::clone(&self.nest), depth: ledgers.savepoints.len(), has_ended: false }
    }

    /// Of it and all others in the transaction.
    pub(crate) fn nest(&self) -> &Arc<Nest> {
        &self.nest
    }

    pub(crate) fn is_savepoint(&self) -> bool {
        self.depth > 0
    }

    /// Somebody has the transaction bare from now on, and can do anything with it unseen.
    pub(crate) fn lend(&self) {
        self.nest.is_unclear.store(true, Ordering::Relaxed);
    }

    /// Takes its ledger out, now that it has ended.
    ///
    /// Whichever is ended, the driver ends the innermost: if that is another one, nothing of the transaction is
    /// known any more.
    pub(crate) fn end(&mut self, ledgers: &mut Ledgers) -> Ledger {
        self.has_ended = true;
        if self.depth != ledgers.savepoints.len() {
            self.lend();
        }
        self.nest.settle(ledgers);
        ledgers.savepoints.pop().unwrap_or_else(|| mem::take(&mut ledgers.outermost))
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        if self.has_ended {
            return;
        }
        let nest = Arc::clone(&self.nest);
        match nest.ledgers.try_lock() {
            Some(mut ledgers) => drop(self.end(&mut ledgers)),
            None => self.lend(),
        }
    }
}
