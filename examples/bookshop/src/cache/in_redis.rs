//! Books in Redis, as JSON, which every process of the shop shares.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use kymo::{
    Telemetry,
    cache::Cache,
    redis::{MeasuredConnection, RedisSettings},
};
use redis::{
    AsyncCommands, RedisError, RedisResult,
    aio::{ConnectionManager, ConnectionManagerConfig},
};

use crate::{
    books::Book,
    cache::{FRESH, NAME},
    store::Books,
};

/// How long a connection, and an answer, may take: what a Redis that hangs costs a request.
const PATIENCE: Duration = Duration::from_millis(500);

/// Clones share one connection.
#[derive(Clone, Debug)]
pub(crate) struct InRedis {
    connection: MeasuredConnection<ConnectionManager>,
    /// The connection counts what Redis does; only the loads are left to tell.
    loads: Cache,
    is_away: Arc<AtomicBool>,
}

impl InRedis {
    pub(crate) fn open(telemetry: &Telemetry, client: &redis::Client) -> RedisResult<Self> {
        // Trying again is left to the next request.
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE))
            .set_number_of_retries(0);
        let settings = RedisSettings::new().server_of(client.get_connection_info()).cache(NAME);
        let connection = client.get_connection_manager_lazy(config)?;
        Ok(Self {
            connection: telemetry.redis_with(connection, &settings),
            loads: telemetry.cache(NAME),
            is_away: Arc::default(),
        })
    }

    pub(crate) async fn find(&self, id: i64, books: &Books) -> sqlx::Result<Option<Book>> {
        let mut connection = self.connection.clone();
        let kept: RedisResult<Option<Vec<u8>>> = connection.get(key(id)).await;
        let kept = self.unless_away(kept.or_else(absent_if_no_text));
        // A book that is not understood, as of another version of the shop, is as good as absent.
        let book = kept.iter().flatten().find_map(|json| serde_json::from_slice(json).ok());
        if let Some(book) = book.filter(|book: &Option<Book>| is_of(id, book.as_ref())) {
            return Ok(book);
        }
        let book = self.loads.try_load(books.find(id)).await?;
        // Nobody waits twice for a Redis that is away.
        if kept.is_some()
            && let Ok(json) = serde_json::to_vec(&book)
        {
            note(connection.set_ex(key(id), json, FRESH.as_secs()).await);
        }
        Ok(book)
    }

    pub(crate) async fn forget(&self, id: i64) {
        note(self.connection.clone().del(key(id)).await);
    }

    /// The answer, if there is one; the log is told when Redis goes away and when it is back.
    fn unless_away<T>(&self, answer: RedisResult<T>) -> Option<T> {
        let was_away = self.is_away.swap(answer.is_err(), Relaxed);
        match &answer {
            Err(error) if !was_away => {
                tracing::warn!(%error, "Redis is away; the books come from the database");
            }
            Ok(_) if was_away => tracing::warn!("Redis is back"),
            _ => {}
        }
        answer.ok()
    }
}

/// Of a change that was not taken: the metrics count it, and a Redis that is full would fill the log.
fn note(change: RedisResult<()>) {
    if let Err(error) = change {
        tracing::debug!(%error, "Redis did not take a change");
    }
}

/// A value that is no text, such as a list, is none of the shop's; Redis did answer.
fn absent_if_no_text(error: RedisError) -> RedisResult<Option<Vec<u8>>> {
    if error.code() == Some("WRONGTYPE") { Ok(None) } else { Err(error) }
}

/// Whether it is what the key of `id` may hold: that book, or that there is none.
fn is_of(id: i64, book: Option<&Book>) -> bool {
    book.is_none_or(|book| book.id == id)
}

fn key(id: i64) -> String {
    format!("book:{id}")
}
