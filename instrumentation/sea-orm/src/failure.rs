//! The error of sqlx in one of sea-orm.

use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr};
use sqlx::Error;

static TIMED_OUT: Error = Error::PoolTimedOut;
static CLOSED: Error = Error::PoolClosed;

/// The error of sqlx that `error` is made of; absent for one of sea-orm's own.
pub(crate) fn sqlx_error(error: &DbErr) -> Option<&Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => acquire_error(error),
    }
}

/// The same, if it says that no connection was to be had.
pub(crate) fn acquire_error(error: &DbErr) -> Option<&Error> {
    match error {
        DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => Some(&TIMED_OUT),
        DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed) => Some(&CLOSED),
        DbErr::Conn(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}
