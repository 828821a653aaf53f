//! What is asked for the levels of a pool.

use std::{
    mem,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use kymo_pool::PoolState;
use kymo_sqlx::told::ToldDatabase;
use sea_orm::DatabaseConnection;

/// Tells the state of the pool behind a connection.
pub(crate) type State = Arc<dyn Fn(&DatabaseConnection) -> PoolState + Send + Sync>;

/// The connection whose pool is observed while a measured one is there, and what was said last to tell its
/// state.
pub(crate) struct Observed {
    connection: DatabaseConnection,
    state: OnceLock<Arc<Mutex<State>>>,
}

impl Observed {
    pub(crate) fn new(connection: DatabaseConnection) -> Self {
        Self { connection, state: OnceLock::new() }
    }

    /// Has `state` be asked from now on, in the place of any other.
    pub(crate) fn ask(self: &Arc<Self>, told: &ToldDatabase, state: State) {
        let slot = self.state.get_or_init(|| {
            let slot = Arc::new(Mutex::new(Arc::clone(&state)));
            let asked = Arc::clone(&slot);
            told.watch_pool(self, move |observed| current(&asked)(&observed.connection));
            slot
        });
        let mut current = slot.lock().unwrap_or_else(PoisonError::into_inner);
        let replaced = mem::replace(&mut *current, state);
        // The program's own drop runs while nothing is locked.
        drop(current);
        drop(replaced);
    }
}

fn current(slot: &Mutex<State>) -> State {
    Arc::clone(&slot.lock().unwrap_or_else(PoisonError::into_inner))
}
