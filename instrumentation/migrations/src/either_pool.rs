//! The pools whose migrations can be watched.

use kymo_sqlx::MeasuredPool;
use sqlx::{Database, Pool};

use crate::held_pool::HeldPool;

/// A pool of sqlx, measured or not.
pub trait EitherPool: sealed::Sealed {
    /// The database of its connections.
    type Database: Database;

    /// The name of the database in the metrics: that of its pool.
    fn database_name(&self) -> String;

    /// The pool that sqlx made.
    fn bare(&self) -> &Pool<Self::Database>;

    /// The pool as whoever watches it has it.
    #[doc(hidden)]
    fn held(&self) -> HeldPool<Self::Database>;
}

impl<DB: Database> EitherPool for Pool<DB> {
    type Database = DB;

    /// As the pool would be called if it were measured, and the first of its name.
    fn database_name(&self) -> String {
        kymo_sqlx::pool_name(self)
    }

    fn bare(&self) -> &Pool<DB> {
        self
    }

    fn held(&self) -> HeldPool<DB> {
        HeldPool::Fully(self.clone())
    }
}

impl<DB: Database> EitherPool for MeasuredPool<DB> {
    type Database = DB;

    fn database_name(&self) -> String {
        self.name().to_owned()
    }

    fn bare(&self) -> &Pool<DB> {
        self.unmeasured()
    }

    fn held(&self) -> HeldPool<DB> {
        HeldPool::Weakly(self.downgrade())
    }
}

mod sealed {
    pub trait Sealed {}

    impl<DB: sqlx::Database> Sealed for sqlx::Pool<DB> {}

    impl<DB: sqlx::Database> Sealed for kymo_sqlx::MeasuredPool<DB> {}
}
