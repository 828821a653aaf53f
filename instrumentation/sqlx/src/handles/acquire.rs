//! Where sqlx asks for a connection in a generic way.
//!
//! [`Acquire`] demands the driver's own connection and sqlx's own transaction. What is acquired
//! through it is waited for and begun under measurement; its statements are not measured.

use std::{
    fmt,
    future::ready,
    ops::{Deref, DerefMut},
};

use futures_core::future::BoxFuture;
use sqlx::{Acquire, Database, Transaction, pool::PoolConnection};

use crate::{
    MeasuredPool, MeasuredPoolConnection, MeasuredTransaction, handles::connection::Measured,
    recording::use_time::UseTime,
};

/// A connection that was acquired from a [`MeasuredPool`] through sqlx's trait [`Acquire`].
///
/// The time of its use is measured. It derefs to the driver's own connection, as the trait demands:
/// its statements are not measured. Use [`MeasuredPool::acquire`], whose statements are.
pub struct AcquiredConnection<DB: Database> {
    connection: PoolConnection<DB>,
    _use_time: UseTime,
}

impl<'a, DB: Database> Acquire<'a> for &MeasuredPool<DB> {
    type Database = DB;

    type Connection = AcquiredConnection<DB>;

    fn acquire(self) -> BoxFuture<'a, sqlx::Result<AcquiredConnection<DB>>> {
        let acquiring = MeasuredPool::acquire(self);
        Box::pin(async {
            let (mut connection, use_time) = acquiring.await?.into_parts();
            connection.lend();
            Ok(AcquiredConnection { connection: connection.guard, _use_time: use_time })
        })
    }

    fn begin(self) -> BoxFuture<'a, sqlx::Result<Transaction<'a, DB>>> {
        let pool = self.clone();
        Box::pin(async move { pool.begin().await.map(MeasuredTransaction::into_inner) })
    }
}

impl<'c, DB: Database> Acquire<'c> for &'c mut MeasuredPoolConnection<DB> {
    type Database = DB;

    type Connection = &'c mut DB::Connection;

    fn acquire(self) -> BoxFuture<'c, sqlx::Result<&'c mut DB::Connection>> {
        Box::pin(ready(Ok(&mut ***self)))
    }

    fn begin(self) -> BoxFuture<'c, sqlx::Result<Transaction<'c, DB>>> {
        Acquire::begin(&mut **self)
    }
}

impl<'t, DB: Database> Acquire<'t> for &'t mut MeasuredTransaction<'_, DB> {
    type Database = DB;

    type Connection = &'t mut DB::Connection;

    fn acquire(self) -> BoxFuture<'t, sqlx::Result<&'t mut DB::Connection>> {
        Box::pin(ready(Ok(&mut ***self)))
    }

    fn begin(self) -> BoxFuture<'t, sqlx::Result<Transaction<'t, DB>>> {
        Acquire::begin(&mut **self)
    }
}

impl<'c, DB: Database, G> Acquire<'c> for &'c mut Measured<DB, G>
where
    G: DerefMut<Target = DB::Connection> + Send + ?Sized,
{
    type Database = DB;

    type Connection = &'c mut DB::Connection;

    fn acquire(self) -> BoxFuture<'c, sqlx::Result<&'c mut DB::Connection>> {
        Box::pin(ready(Ok(&mut **self)))
    }

    fn begin(self) -> BoxFuture<'c, sqlx::Result<Transaction<'c, DB>>> {
        Box::pin(async { Measured::begin(self).await.map(MeasuredTransaction::into_inner) })
    }
}

impl<DB: Database> Deref for AcquiredConnection<DB> {
    type Target = DB::Connection;

    fn deref(&self) -> &DB::Connection {
        &self.connection
    }
}

impl<DB: Database> DerefMut for AcquiredConnection<DB> {
    fn deref_mut(&mut self) -> &mut DB::Connection {
        &mut self.connection
    }
}

impl<DB: Database> fmt::Debug for AcquiredConnection<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AcquiredConnection").finish_non_exhaustive()
    }
}
