//! Redis: see [`Telemetry::redis`].

use kymo_redis::{ConnectionLike, RedisMetrics};

#[allow(unreachable_pub, unused_imports, reason = "the feature `redis-cluster` adds to it")]
pub use crate::beside::redis::*;
pub use kymo_redis::{Guard, MeasuredConnection, Redis, RedisSettings};

use crate::Telemetry;

impl Telemetry {
    /// Measures every command and pipeline of a connection, and what it finds; a drop-in for it.
    ///
    /// Hits and misses are counted for the logical cache `redis`: give caches names of their own by
    /// [`Telemetry::redis_with`]. The address of the server is told there too, since a connection
    /// does not tell it.
    ///
    /// ```
    /// # async fn run(telemetry: &kymo::Telemetry) -> redis::RedisResult<()> {
    /// use redis::AsyncCommands;
    ///
    /// let client = redis::Client::open("redis://127.0.0.1/")?;
    /// let mut connection = telemetry.redis(client.get_connection_manager().await?);
    ///
    /// let title: Option<String> = connection.get("book:1").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn redis<C: ConnectionLike>(&self, connection: C) -> MeasuredConnection<C> {
        self.redis_with(connection, &RedisSettings::new())
    }

    /// As [`Telemetry::redis`], called as `settings` say: for a connection that is kept. For many, as a
    /// pool hands them out, see [`Telemetry::redis_handle`].
    ///
    /// ```
    /// use kymo::redis::RedisSettings;
    ///
    /// # async fn run(telemetry: &kymo::Telemetry) -> redis::RedisResult<()> {
    /// let client = redis::Client::open("redis://127.0.0.1/")?;
    /// let settings = RedisSettings::new()
    ///     .server_of(client.get_connection_info())
    ///     .cache_for_prefix("session:", "sessions")
    ///     .cache_for_prefix("book:", "books");
    /// let connection = telemetry.redis_with(client.get_connection_manager().await?, &settings);
    /// # Ok(())
    /// # }
    /// ```
    pub fn redis_with<C: ConnectionLike>(
        &self,
        connection: C,
        settings: &RedisSettings,
    ) -> MeasuredConnection<C> {
        self.redis_handle(settings).connection(connection)
    }

    /// A handle that measures any number of connections to one Redis, such as each that a pool hands out.
    ///
    /// ```
    /// use kymo::redis::{Redis, RedisSettings};
    ///
    /// # fn run(telemetry: &kymo::Telemetry) {
    /// let redis: Redis = telemetry.redis_handle(&RedisSettings::new().cache("sessions"));
    /// # }
    /// ```
    pub fn redis_handle(&self, settings: &RedisSettings) -> Redis {
        let caches = self.cache_metrics();
        self.kept.of(|| RedisMetrics::new(self.meters(), &caches)).redis(settings)
    }
}
