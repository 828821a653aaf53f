//! The wait for a connection of a pool.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use kymo_core::{Attempt, Claim, Outcome, Part, Record};
use pin_project_lite::pin_project;
use sqlx::{Database, Pool, pool::PoolConnection};

use crate::{
    database::opening,
    recording::{measures::Measures, operation::Operation, pool_series::Pending},
};

/// A connection, and when it was obtained.
pub(crate) type Obtained<DB> = sqlx::Result<(PoolConnection<DB>, Instant)>;

/// Obtains a connection as [`acquire`] does, for no operation: the wait is time of its own.
pub(crate) async fn alone<DB: Database>(pool: &Pool<DB>, measures: &Measures) -> Obtained<DB> {
    let asked = Instant::now();
    let mut wait = Attempt::started_at(asked, Wait);
    let obtained = acquire(pool, measures, asked).await?;
    wait.finish_at(obtained.1, Outcome::Success);
    Ok(obtained)
}

/// Obtains a connection as [`acquire`] does, for `operation`, which starts to wait: if that unwinds, it is a panic.
pub(crate) fn by<'p, DB: Database>(
    operation: &'p mut Operation<'_>,
    pool: &'p Pool<DB>,
) -> impl Future<Output = Obtained<DB>> {
    let asked = operation.start_waiting();
    let measures = operation.measures();
    operation.wait(acquire(pool, measures, asked))
}

/// The time of a wait, which is recorded where it is known how much of it was for opening a connection.
struct Wait;

impl Record for Wait {
    const PART: Option<Part> = Some(Part::PoolWait);

    fn record(&mut self, _elapsed: Duration, _outcome: Outcome) {}
}

/// Obtains a connection, which was `asked` for just now, as [`Pool::acquire`] does; also gives when
/// it was obtained.
///
/// The wait is what is left of the time when the opening of a new connection is taken away. sqlx
/// does not tell when it begins to open one; it is taken to be the first poll that found the pool
/// with room for another connection in use.
pub(crate) fn acquire<'p, DB: Database>(
    pool: &'p Pool<DB>,
    measures: &'p Measures,
    asked: Instant,
) -> impl Future<Output = Obtained<DB>> {
    Waiting {
        acquiring: pool.acquire(),
        pool,
        measures,
        _pending: measures.pool().request(),
        asked,
        had_room: None,
        was_polled: false,
        opened: false,
    }
}

pin_project! {
    struct Waiting<'p, DB: Database, F> {
        #[pin]
        acquiring: F,
        pool: &'p Pool<DB>,
        measures: &'p Measures,
        _pending: Pending<'p>,
        asked: Instant,
        // Since when the pool had room for it.
        had_room: Option<Instant>,
        was_polled: bool,
        opened: bool,
    }
}

impl<DB: Database, F: Future<Output = sqlx::Result<PoolConnection<DB>>>> Future
    for Waiting<'_, DB, F>
{
    type Output = Obtained<DB>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Obtained<DB>> {
        let this = self.project();
        if this.had_room.is_none() && has_room(this.pool) {
            // The first poll is when it was asked for.
            *this.had_room = Some(if *this.was_polled { Instant::now() } else { *this.asked });
        }
        *this.was_polled = true;
        let (answer, noticed) =
            opening::noticing(|| Claim::Wait.run(|| this.acquiring.poll(context)));
        *this.opened |= noticed;
        let result = ready!(answer);
        let measures = *this.measures;
        Poll::Ready(match result {
            Ok(connection) => {
                let (now, asked) = (Instant::now(), *this.asked);
                let create =
                    this.opened.then(|| now.duration_since(this.had_room.unwrap_or(asked)));
                let wait = now.duration_since(asked).saturating_sub(create.unwrap_or_default());
                measures.pool().record_obtained(wait, create);
                Ok((connection, now))
            }
            Err(error) => {
                measures.pool().record_error(&error, measures.system());
                Err(error)
            }
        })
    }
}

/// Whether not all connections that the pool may have are in use.
fn has_room<DB: Database>(pool: &Pool<DB>) -> bool {
    let used = pool.size().saturating_sub(u32::try_from(pool.num_idle()).unwrap_or(u32::MAX));
    used < pool.options().get_max_connections()
}
