//! The wait for a connection of a pool.

use std::{
    future::poll_fn,
    pin::pin,
    time::{Duration, Instant},
};

use kymo_core::{Attempt, Claim, Outcome, Part, Record};
use sqlx::{Database, Pool, pool::PoolConnection};

use crate::{database::opening, recording::measures::Measures};

/// Obtains a connection as [`acquire`] does, for no operation: the wait is time of its own.
pub(crate) async fn alone<DB: Database>(
    pool: &Pool<DB>,
    measures: &Measures,
) -> sqlx::Result<(PoolConnection<DB>, Instant)> {
    let asked = Instant::now();
    let mut wait = Attempt::started_at(asked, Wait);
    let obtained = acquire(pool, measures, asked).await?;
    wait.finish_at(obtained.1, Outcome::Success);
    Ok(obtained)
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
pub(crate) async fn acquire<DB: Database>(
    pool: &Pool<DB>,
    measures: &Measures,
    asked: Instant,
) -> sqlx::Result<(PoolConnection<DB>, Instant)> {
    let _pending = measures.pool().request();
    let mut had_room = None;
    let mut opened = false;
    let mut acquiring = pin!(pool.acquire());
    let mut polled_at = Some(asked);
    let result = poll_fn(|context| {
        if had_room.is_none() && has_room(pool) {
            had_room = Some(polled_at.take().unwrap_or_else(Instant::now));
        }
        polled_at = None;
        let (answer, noticed) =
            opening::noticing(|| Claim::Wait.run(|| acquiring.as_mut().poll(context)));
        opened |= noticed;
        answer
    })
    .await;
    let now = Instant::now();
    match result {
        Ok(connection) => {
            let create = opened.then(|| now.duration_since(had_room.unwrap_or(asked)));
            let wait = now.duration_since(asked).saturating_sub(create.unwrap_or_default());
            measures.pool().record_obtained(wait, create);
            Ok((connection, now))
        }
        Err(error) => {
            measures.pool().record_error(&error, measures.system());
            Err(error)
        }
    }
}

/// Whether not all connections that the pool may have are in use.
fn has_room<DB: Database>(pool: &Pool<DB>) -> bool {
    let used = pool.size().saturating_sub(u32::try_from(pool.num_idle()).unwrap_or(u32::MAX));
    used < pool.options().get_max_connections()
}
