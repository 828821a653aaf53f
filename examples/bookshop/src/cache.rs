//! The books that were asked for lately, so that the database need not be asked again.

mod in_process;
mod in_redis;

use std::{sync::Arc, time::Duration};

use kymo::Telemetry;
use redis::RedisResult;

use crate::{books::Book, store::Books};

use self::{in_process::InProcess, in_redis::InRedis};

/// The name of the cache in the metrics, wherever it is.
const NAME: &str = "books";

/// How long a book is kept. No answer is older, but for the time that it took to load: also where a
/// change could not be told to the cache, or came while the book was being loaded.
const FRESH: Duration = Duration::from_mins(1);

/// Where books are kept for a while: in this process, or in a Redis that processes share.
///
/// That there is no such book is kept as well.
#[derive(Clone, Debug)]
pub(crate) enum BookCache {
    InProcess(InProcess),
    InRedis(InRedis),
}

impl BookCache {
    /// In Redis if one is given, which may be away; it is spoken to when a book is asked for.
    pub(crate) fn open(telemetry: &Telemetry, redis: Option<redis::Client>) -> RedisResult<Self> {
        Ok(match redis {
            Some(client) => Self::InRedis(InRedis::open(telemetry, &client)?),
            None => Self::InProcess(InProcess::new(telemetry)),
        })
    }

    /// The book with this id, out of `books` if it is not at hand. A cache that does not answer is
    /// no reason to fail.
    pub(crate) async fn find(
        &self,
        id: i64,
        books: &Books,
    ) -> Result<Option<Book>, Arc<sqlx::Error>> {
        match self {
            Self::InProcess(cache) => cache.find(id, books).await,
            Self::InRedis(cache) => cache.find(id, books).await.map_err(Arc::new),
        }
    }

    /// Has the next one who asks for this book see what was changed.
    pub(crate) async fn forget(&self, id: i64) {
        match self {
            Self::InProcess(cache) => cache.forget(id).await,
            Self::InRedis(cache) => cache.forget(id).await,
        }
    }
}
