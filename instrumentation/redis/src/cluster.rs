//! Connections to a cluster, and the redirects that they follow by themselves.

mod node;
mod redirects;
mod resolver;
#[cfg(test)]
mod tests;

use redis::{
    RedisResult, cluster::ClusterClientBuilder, cluster_async::ClusterConnection,
    io::AsyncDNSResolver,
};

pub use self::node::ClusterNode;
use self::{
    redirects::Redirects,
    resolver::{Resolver, SystemResolver},
};
use crate::{connection::MeasuredConnection, redis_handle::Redis};

impl Redis {
    /// Connects to a cluster, measures every command that is sent to it, and counts how often its
    /// nodes redirect one: what [`Redis::connection`] cannot see, since a cluster's connection
    /// follows redirects by itself. A command is one nevertheless.
    ///
    /// ```
    /// # async fn run(redis: &kymo_redis::Redis) -> redis::RedisResult<()> {
    /// use redis::{AsyncCommands, cluster::ClusterClientBuilder};
    ///
    /// let nodes = ["redis://10.0.0.1:7000/", "redis://10.0.0.2:7000/"];
    /// let mut connection = redis.cluster(ClusterClientBuilder::new(nodes)).await?;
    ///
    /// let title: Option<String> = connection.get("book:1").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The names of nodes are looked up as the system does, whatever `async_dns_resolver` the
    /// builder was given: hand that to [`Redis::cluster_resolved_by`].
    ///
    /// # Errors
    ///
    /// Those of [`ClusterClientBuilder::build`], and of connecting.
    pub async fn cluster(
        &self,
        cluster: ClusterClientBuilder,
    ) -> RedisResult<MeasuredConnection<ClusterConnection<ClusterNode>>> {
        self.cluster_resolved_by(cluster, SystemResolver).await
    }

    /// As [`Redis::cluster`], with the names of nodes looked up by `resolver`.
    ///
    /// # Errors
    ///
    /// As [`Redis::cluster`].
    pub async fn cluster_resolved_by(
        &self,
        cluster: ClusterClientBuilder,
        resolver: impl AsyncDNSResolver,
    ) -> RedisResult<MeasuredConnection<ClusterConnection<ClusterNode>>> {
        // The number of the database that `ClusterConnection` tells, whichever it has.
        let redirects = Redirects::new(&self.0.recorder, self.0.place(0));
        let cluster = cluster.async_dns_resolver(Resolver::new(resolver, redirects)).build()?;
        Ok(self.connection(cluster.get_async_generic_connection().await?))
    }
}
