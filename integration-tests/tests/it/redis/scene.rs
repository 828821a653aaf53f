//! One scene, played on a bare connection and on a measured one.

use std::time::Duration;

use integration_tests::Redis;
use kymo::{
    redis::{MeasuredConnection, RedisSettings},
    testing::TestTelemetry,
};
use redis::{
    AsyncConnectionConfig, Client,
    aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig, MultiplexedConnection},
};

use super::{metrics_read::MetricsRead, transcript::Transcript};

/// How long a connection waits for an answer, where nobody sits it out.
pub(crate) const LONG: Duration = Duration::from_secs(20);

/// Two servers with the same in them.
pub(crate) struct Scene {
    pub(crate) servers: [Redis; 2],
    pub(crate) telemetry: TestTelemetry,
}

impl Scene {
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    pub(crate) fn start_with(options: &[(&str, &str)]) -> Self {
        Self::of([(), ()].map(|()| Redis::start_with(options)))
    }

    /// On these two servers.
    pub(crate) fn of(servers: [Redis; 2]) -> Self {
        Self { servers, telemetry: TestTelemetry::new() }
    }

    /// A connection to the first server, and a measured one to the second, waiting so long.
    pub(crate) async fn patient(
        &self,
        patience: Duration,
    ) -> (MultiplexedConnection, MeasuredConnection<MultiplexedConnection>) {
        let bare = multiplexed(&self.servers[0].url(), patience).await;
        (bare, self.measured(multiplexed(&self.servers[1].url(), patience).await))
    }

    /// A connection to the first server, and a measured one to the second.
    pub(crate) async fn connections(
        &self,
    ) -> (MultiplexedConnection, MeasuredConnection<MultiplexedConnection>) {
        self.patient(LONG).await
    }

    /// The same, which connect again by themselves, as soon as they are asked.
    pub(crate) fn managers(&self) -> (ConnectionManager, MeasuredConnection<ConnectionManager>) {
        let bare = manager(&self.servers[0].url());
        (bare, self.measured(manager(&self.servers[1].url())))
    }

    /// Measures a connection, without telling where its server is.
    pub(crate) fn measured<C: ConnectionLike>(&self, connection: C) -> MeasuredConnection<C> {
        self.telemetry.redis_with(connection, &RedisSettings::new())
    }

    /// Checks that both connections saw the same, and gives back what was measured.
    #[track_caller]
    pub(crate) fn seen(&self, (bare, measured): (Transcript, Transcript)) -> MetricsRead {
        let mut told = [bare, measured].into_iter().zip(&self.servers).map(|(told, server)| {
            let address = server.address().to_string();
            told.0.iter().map(|line| line.replace(&address, "its address")).collect::<Vec<_>>()
        });
        let (bare, measured) = (told.next().unwrap(), told.next().unwrap());
        assert!(!bare.is_empty());
        assert_eq!(bare, measured);
        MetricsRead::of(self.telemetry.snapshot())
    }
}

pub(crate) async fn multiplexed(url: &str, patience: Duration) -> MultiplexedConnection {
    let config = AsyncConnectionConfig::new().set_connection_timeout(Some(LONG));
    let config = config.set_response_timeout(Some(patience));
    let client = Client::open(url).unwrap();
    client.get_multiplexed_async_connection_with_config(&config).await.unwrap()
}

pub(crate) fn manager(url: &str) -> ConnectionManager {
    let config = ConnectionManagerConfig::new().set_connection_timeout(Some(LONG));
    let config = config.set_response_timeout(Some(LONG)).set_number_of_retries(0);
    let client = Client::open(url).unwrap();
    client.get_connection_manager_lazy(config).unwrap()
}
