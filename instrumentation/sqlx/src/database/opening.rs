//! Which request for a connection made the pool open a new one.
//!
//! sqlx tells nobody but the pool's own `after_connect`, which runs while the request is polled:
//! what it leaves behind on the thread belongs to that request.

use std::cell::Cell;

use sqlx::{Database, pool::PoolOptions};

thread_local! {
    static OPENED: Cell<bool> = const { Cell::new(false) };
}

/// Has the options of a pool tell which of its connections are new.
///
/// Without it, sqlx keeps that to itself: there is no `db.client.connection.create_time` then, and the
/// time to open a connection is part of `db.client.connection.wait_time`.
///
/// ```
/// use kymo_sqlx::MeasureConnections as _;
/// use sqlx::sqlite::SqlitePoolOptions;
///
/// # async fn run() -> sqlx::Result<()> {
/// let options = SqlitePoolOptions::new().max_connections(5).measured();
/// let pool = options.connect("sqlite::memory:").await?;
/// let connection = pool.acquire().await?;
/// # Ok(())
/// # }
/// ```
pub trait MeasureConnections {
    /// The same options, with an `after_connect` that tells measured pools of new connections.
    ///
    /// It takes the place of an `after_connect` that was set before, and one that is set later takes
    /// its place: a program that has its own calls [`connection_opened`] in it instead.
    #[must_use]
    fn measured(self) -> Self;
}

impl<DB: Database> MeasureConnections for PoolOptions<DB> {
    fn measured(self) -> Self {
        self.after_connect(|_connection, _metadata| {
            Box::pin(async {
                connection_opened();
                Ok(())
            })
        })
    }
}

/// [`PoolOptions::new`], [measured](MeasureConnections::measured), where the type of the database is
/// said or known: nothing else tells the compiler which one it is.
///
/// ```
/// # async fn run() -> sqlx::Result<()> {
/// let options = kymo_sqlx::pool_options::<sqlx::Sqlite>().max_connections(5);
/// let pool = options.connect("sqlite::memory:").await?;
/// # Ok(())
/// # }
/// ```
pub fn pool_options<DB: Database>() -> PoolOptions<DB> {
    PoolOptions::new().measured()
}

/// Tells the measured pool for which a connection was just opened; to be called in the
/// [`after_connect`](PoolOptions::after_connect) of a pool's options.
///
/// Elsewhere it does nothing.
///
/// ```
/// use sqlx::{Executor, sqlite::SqlitePoolOptions};
///
/// let options = SqlitePoolOptions::new().after_connect(|connection, _metadata| {
///     Box::pin(async move {
///         connection.execute("PRAGMA cache_size = -8000").await?;
///         kymo_sqlx::connection_opened();
///         Ok(())
///     })
/// });
/// # drop(options);
/// ```
pub fn connection_opened() {
    OPENED.set(true);
}

/// Runs `poll`; gives its result, and whether a connection was opened in it.
pub(crate) fn noticing<R>(poll: impl FnOnce() -> R) -> (R, bool) {
    // A request inside this one, or one that panics, leaves no trace.
    let _before = Before(OPENED.replace(false));
    let result = poll();
    (result, OPENED.get())
}

/// Puts back what was there before.
struct Before(bool);

impl Drop for Before {
    fn drop(&mut self) {
        OPENED.set(self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::panic;

    use super::*;

    #[test]
    fn only_what_is_opened_inside_a_poll_is_noticed() {
        connection_opened();
        assert_eq!(noticing(|| 7), (7, false), "it was opened before");
        assert_eq!(noticing(connection_opened), ((), true));
        assert_eq!(noticing(|| ()), ((), false), "it was opened in another poll");
    }

    #[test]
    fn a_request_inside_another_leaves_it_no_trace() {
        assert_eq!(noticing(|| noticing(connection_opened).1), (true, false));
        let around = noticing(|| {
            connection_opened();
            noticing(|| ()).1
        });
        assert_eq!(around, (false, true));
    }

    #[test]
    fn a_request_that_panics_leaves_no_trace() {
        let panicking = || {
            connection_opened();
            panic::resume_unwind(Box::new(()));
        };
        let inner = || panic::catch_unwind(|| noticing(panicking)).is_err();
        assert_eq!(noticing(inner), (true, false));
        let around = noticing(|| {
            connection_opened();
            inner()
        });
        assert_eq!(around, (true, true));
    }
}
