//! A pool that is watched.

use std::ops::Deref;

use kymo_sqlx::{MeasuredPool, WeakMeasuredPool};
use sqlx::{Database, Pool};

/// A pool as whoever watches it has it: weakly where that can be, so that it ends with the program's own
/// handles, and its connections and its name with it.
#[derive(Debug)]
pub enum HeldPool<DB: Database> {
    /// One that is measured.
    Weakly(WeakMeasuredPool<DB>),
    /// One of sqlx's own, which has no weak handle.
    Fully(Pool<DB>),
}

/// A pool for as long as it is asked.
#[derive(Debug)]
pub(crate) enum UsedPool<DB: Database> {
    Measured(MeasuredPool<DB>),
    Bare(Pool<DB>),
}

impl<DB: Database> HeldPool<DB> {
    /// The pool; `None` if it is gone.
    pub(crate) fn get(&self) -> Option<UsedPool<DB>> {
        match self {
            Self::Weakly(pool) => pool.upgrade().map(UsedPool::Measured),
            Self::Fully(pool) => Some(UsedPool::Bare(pool.clone())),
        }
    }

    /// Says so later on, and keeps no pool for that.
    pub(crate) fn is_there(&self) -> IsThere {
        match self {
            Self::Weakly(pool) => {
                let pool = pool.clone();
                Box::new(move || pool.upgrade().is_some())
            }
            Self::Fully(_) => Box::new(|| true),
        }
    }
}

/// Whether a pool is there.
pub(crate) type IsThere = Box<dyn Fn() -> bool + Send + Sync>;

impl<DB: Database> Deref for UsedPool<DB> {
    type Target = Pool<DB>;

    fn deref(&self) -> &Pool<DB> {
        match self {
            Self::Measured(pool) => pool.unmeasured(),
            Self::Bare(pool) => pool,
        }
    }
}
