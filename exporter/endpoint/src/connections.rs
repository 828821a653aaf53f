//! The connections of a listener.

use std::{net::IpAddr, sync::Arc, time::Duration};

use hyper_util::server::graceful::GracefulShutdown;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    task::{AbortHandle, JoinSet},
    time,
};

use crate::{
    Endpoint,
    activity::Activity,
    conversation::{Parties, converse},
    last_scrape::LastScrape,
};

/// Connections at most. Prometheus keeps one open; a handful are replicas and humans. The rest is for those
/// who have yet to say what they want.
const AT_ONCE: usize = 128;

/// Connections to an endpoint. Dropping this drops them.
pub(crate) struct Connections {
    endpoint: Endpoint,
    graceful: GracefulShutdown,
    tasks: JoinSet<()>,
    open: Vec<(AbortHandle, Arc<Activity>)>,
    last: Arc<LastScrape>,
}

impl Connections {
    pub(crate) fn new(endpoint: Endpoint, last: Arc<LastScrape>) -> Self {
        let (graceful, tasks) = (GracefulShutdown::new(), JoinSet::new());
        Self { endpoint, graceful, tasks, open: Vec::with_capacity(AT_ONCE), last }
    }

    /// Converses on `stream` with a client at `address`. If there is no room, the connection makes some that is
    /// worth least: one that has said nothing before one that has begun a handshake, that before one that was
    /// answered, and only then one whose client reads.
    pub(crate) fn open<S>(&mut self, stream: S, address: IpAddr)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        while self.tasks.try_join_next().is_some() {}
        self.open.retain(|(connection, _)| !connection.is_finished());
        if self.open.len() >= AT_ONCE {
            self.drop_the_least();
        }
        let activity = Activity::new();
        let parties = Parties {
            endpoint: self.endpoint.clone(),
            address,
            activity: Arc::clone(&activity),
            last: Arc::clone(&self.last),
        };
        let conversation = converse(stream, parties, self.graceful.watcher());
        let connection = self.tasks.spawn(conversation);
        self.open.push((connection, activity));
    }

    fn drop_the_least(&mut self) {
        let ranks = self.open.iter().map(|(_, activity)| activity.rank());
        if let Some((index, _)) = ranks.enumerate().min_by_key(|(_, rank)| *rank) {
            self.open.swap_remove(index).0.abort();
        }
    }

    /// Waits until the exchanges under way have ended, and drops those that have not by `timeout`. Where no
    /// request is whole yet, as during a handshake, there is none.
    pub(crate) async fn close(mut self, timeout: Duration) {
        for (connection, _) in self.open.iter().filter(|(_, activity)| !activity.has_asked()) {
            connection.abort();
        }
        let _ = time::timeout(timeout, self.graceful.shutdown()).await;
        self.tasks.shutdown().await;
    }
}
