//! One Redis.

use std::{
    ops::DerefMut,
    sync::{Arc, OnceLock},
};

use kymo_core::PlaceKey;
use redis::aio::ConnectionLike;

use crate::{
    caches::Caches, connection::MeasuredConnection, guard::Guard, recorder::Recorder,
    server::Server,
};

/// A Redis as the metrics know it, which connections to it are measured by.
///
/// A clone is the same. Make it once and keep it: measuring a connection then costs next to nothing,
/// so that it can be done to every one that a pool hands out.
#[derive(Debug, Clone)]
pub struct Redis(pub(crate) Arc<Shared>);

/// Shared by all connections to one Redis.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) namespace: Option<String>,
    pub(crate) server: Option<Server>,
    pub(crate) caches: Caches,
    /// Of the first connection; the others are mostly to the same database.
    pub(crate) first: OnceLock<(i64, PlaceKey)>,
}

impl Redis {
    pub(crate) fn new(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }

    /// Measures every command that is sent through the connection that this returns.
    ///
    /// ```
    /// # async fn run(redis: &kymo_redis::Redis, client: redis::Client) -> redis::RedisResult<()> {
    /// use redis::AsyncCommands;
    ///
    /// let mut connection = redis.connection(client.get_multiplexed_async_connection().await?);
    ///
    /// let title: Option<String> = connection.get("book:1").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn connection<C: ConnectionLike>(&self, connection: C) -> MeasuredConnection<C> {
        let place = self.0.place(connection.get_db());
        MeasuredConnection::new(connection, Arc::clone(&self.0), place)
    }

    /// As [`Redis::connection`], of a guard that lends a connection and is none itself, such as that of
    /// a pool of `bb8`, or a `&mut` to any connection.
    pub fn guard<G>(&self, guard: G) -> MeasuredConnection<Guard<G>>
    where
        G: DerefMut<Target: ConnectionLike>,
    {
        self.connection(Guard::new(guard))
    }
}

impl Shared {
    pub(crate) fn place(&self, number: i64) -> PlaceKey {
        let (first, place) = *self.first.get_or_init(|| (number, self.look_up(number)));
        if first == number { place } else { self.look_up(number) }
    }

    fn look_up(&self, number: i64) -> PlaceKey {
        let server = self.server.as_ref();
        match &self.namespace {
            Some(namespace) => self.recorder.place(namespace, server),
            None => self.recorder.place(&number.to_string(), server),
        }
    }
}
