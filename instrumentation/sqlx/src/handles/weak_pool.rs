//! A measured pool that others keep.

use std::{fmt, sync::Weak};

use sqlx::Database;

use crate::handles::pool::{MeasuredPool, Shared};

/// A [`MeasuredPool`] that is there for as long as somebody else has it; made by
/// [`MeasuredPool::downgrade`].
///
/// For what watches a pool and is not to keep it open. Clones are the same.
pub struct WeakMeasuredPool<DB: Database>(Weak<Shared<DB>>);

impl<DB: Database> WeakMeasuredPool<DB> {
    pub(crate) fn new(shared: Weak<Shared<DB>>) -> Self {
        Self(shared)
    }

    /// The pool; `None` once the last of it was dropped.
    ///
    /// ```
    /// # fn run(pool: &kymo_sqlx::MeasuredPool<sqlx::Sqlite>) {
    /// let weak = pool.downgrade();
    /// assert_eq!(weak.upgrade().map(|pool| pool.size()), Some(pool.size()));
    /// # }
    /// ```
    pub fn upgrade(&self) -> Option<MeasuredPool<DB>> {
        self.0.upgrade().map(MeasuredPool::new)
    }
}

impl<DB: Database> Clone for WeakMeasuredPool<DB> {
    fn clone(&self) -> Self {
        Self(Weak::clone(&self.0))
    }
}

impl<DB: Database> fmt::Debug for WeakMeasuredPool<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WeakMeasuredPool").field(&self.upgrade()).finish()
    }
}
