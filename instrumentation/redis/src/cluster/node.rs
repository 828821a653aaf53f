//! The connection to one node.

use std::{fmt, slice};

use redis::{
    AsyncConnectionConfig, Cmd, IntoConnectionInfo, Pipeline, RedisFuture, Value,
    aio::{ConnectionLike, MultiplexedConnection},
    cluster_async::Connect,
};

use super::{redirects::Redirects, resolver};

/// A [`MultiplexedConnection`] to one node of a cluster, whose redirects are counted where it was
/// opened by [`Redis::cluster`](crate::Redis::cluster), and otherwise nowhere.
#[derive(Clone)]
pub struct ClusterNode {
    connection: MultiplexedConnection,
    redirects: Option<Redirects>,
}

impl Connect for ClusterNode {
    fn connect_with_config<'a, T>(info: T, config: AsyncConnectionConfig) -> RedisFuture<'a, Self>
    where
        T: IntoConnectionInfo + Send + 'a,
    {
        Box::pin(async move {
            let connecting = MultiplexedConnection::connect_with_config(info, config);
            let (connection, redirects) = resolver::redirects_of(connecting).await;
            Ok(Self { connection: connection?, redirects })
        })
    }
}

impl ConnectionLike for ClusterNode {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        Box::pin(async move {
            let answer = self.connection.send_packed_command(cmd).await;
            if let Some(redirects) = &self.redirects {
                match &answer {
                    Ok(answer) => redirects.count_among(slice::from_ref(answer)),
                    Err(error) => redirects.count_in(error),
                }
            }
            answer
        })
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        Box::pin(async move {
            let answers = self.connection.send_packed_commands(pipeline, offset, count).await;
            if let Some(redirects) = &self.redirects {
                match &answers {
                    Ok(answers) => redirects.count_among(answers),
                    Err(error) => redirects.count_in(error),
                }
            }
            answers
        })
    }

    fn get_db(&self) -> i64 {
        self.connection.get_db()
    }
}

impl fmt::Debug for ClusterNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClusterNode").field("redirects", &self.redirects).finish_non_exhaustive()
    }
}
