//! A connection of a pool, timed from when it was handed out until it is let go of.

use std::{
    fmt,
    ops::{Deref, DerefMut},
};

use sqlx::{Database, pool::PoolConnection};

use crate::{
    handles::{
        connection::{Measured, MeasuredConnection},
        transaction::MeasuredTransaction,
    },
    recording::use_time::UseTime,
};

/// sqlx's [`PoolConnection`], measured: how long it is in use, and its statements.
///
/// It derefs to a [`MeasuredConnection`], so the customary `&mut *connection` is measured.
pub struct MeasuredPoolConnection<DB: Database> {
    connection: Measured<DB, PoolConnection<DB>>,
    // After the connection: it is in use until it has been given back.
    use_time: UseTime,
}

impl<DB: Database> MeasuredPoolConnection<DB> {
    pub(crate) fn new(connection: Measured<DB, PoolConnection<DB>>, use_time: UseTime) -> Self {
        Self { connection, use_time }
    }

    pub(crate) fn into_parts(self) -> (Measured<DB, PoolConnection<DB>>, UseTime) {
        (self.connection, self.use_time)
    }

    /// Begins a transaction; as [`Measured::begin`].
    ///
    /// # Errors
    ///
    /// Those of [`Connection::begin`](sqlx::Connection::begin).
    pub async fn begin(&mut self) -> sqlx::Result<MeasuredTransaction<'_, DB>> {
        // Of its own, or `Acquire::begin` would be found first, which is not measured.
        self.connection.begin().await
    }

    /// Closes the connection; as [`PoolConnection::close`].
    ///
    /// # Errors
    ///
    /// Those of [`PoolConnection::close`].
    pub async fn close(self) -> sqlx::Result<()> {
        let (connection, _use_time) = self.into_parts();
        connection.guard.close().await
    }

    /// Closes the connection when it is dropped; as [`PoolConnection::close_on_drop`].
    pub fn close_on_drop(&mut self) {
        self.connection.guard.close_on_drop();
    }

    /// Takes the connection out of the pool, and of all measuring; as [`PoolConnection::detach`].
    pub fn detach(mut self) -> DB::Connection {
        self.connection.lend();
        self.connection.guard.detach()
    }

    /// Takes the connection out of the pool for good, and of all measuring; as
    /// [`PoolConnection::leak`].
    pub fn leak(mut self) -> DB::Connection {
        self.connection.lend();
        self.connection.guard.leak()
    }

    /// sqlx's own guard; neither its use nor its statements are measured from now on.
    pub fn into_inner(mut self) -> PoolConnection<DB> {
        self.connection.lend();
        self.use_time.forget();
        self.connection.guard
    }
}

impl<DB: Database> Deref for MeasuredPoolConnection<DB> {
    type Target = MeasuredConnection<'static, DB>;

    fn deref(&self) -> &Self::Target {
        &self.connection
    }
}

impl<DB: Database> DerefMut for MeasuredPoolConnection<DB> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.connection
    }
}

impl<DB: Database> AsRef<DB::Connection> for MeasuredPoolConnection<DB> {
    fn as_ref(&self) -> &DB::Connection {
        &self.connection.guard
    }
}

impl<DB: Database> AsMut<DB::Connection> for MeasuredPoolConnection<DB> {
    fn as_mut(&mut self) -> &mut DB::Connection {
        self.connection.lend()
    }
}

impl<DB: Database> fmt::Debug for MeasuredPoolConnection<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MeasuredPoolConnection").finish_non_exhaustive()
    }
}
