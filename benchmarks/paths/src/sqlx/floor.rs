//! The floor: the durations, the returned rows, and the wait and the use of connections, by hand on bound
//! instruments of OpenTelemetry, for one statement.

use std::time::Instant;

use ::kymo::prometheus::Bridge;
use futures_util::future::LocalBoxFuture;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{BoundHistogram, MeterProvider as _};
use opentelemetry_sdk::metrics::SdkMeterProvider;
use sqlx::pool::PoolConnection;
use sqlx::{Pool, Result};

use super::null::Null;
use super::workload::{
    MANY, Peer, Record, Workload, insert, many_rows, one_row, repeat, statement,
};
use crate::{BoxError, exposition};

pub(super) struct Floor {
    pool: Pool<Null>,
    duration: BoundHistogram<f64>,
    returned: BoundHistogram<u64>,
    waits: BoundHistogram<f64>,
    uses: BoundHistogram<f64>,
    bridge: Bridge,
    /// Its last clone shuts the reader down.
    _provider: SdkMeterProvider,
}

/// As the conventions advise them.
const SECONDS: [f64; 9] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0];
const ROWS: [f64; 10] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1e3];

impl Floor {
    pub(super) fn new(pool: Pool<Null>) -> std::result::Result<Self, BoxError> {
        let bridge = Bridge::builder().build()?;
        let provider = SdkMeterProvider::builder().with_reader(bridge.reader()).build();
        let meter = provider.meter("bench");
        let seconds = |name| {
            let histogram = meter.f64_histogram(name).with_unit("s");
            histogram.with_boundaries(SECONDS.to_vec()).build()
        };
        let place =
            [KeyValue::new("db.system.name", "null"), KeyValue::new("db.query.summary", "books")];
        let returned = meter.u64_histogram("db.client.response.returned_rows");
        let returned = returned.with_boundaries(ROWS.to_vec()).build();
        Ok(Self {
            pool,
            duration: seconds("db.client.operation.duration").bind(&place),
            returned: returned.bind(&place),
            waits: seconds("db.client.connection.wait_time").bind(&place[..1]),
            uses: seconds("db.client.connection.use_time").bind(&place[..1]),
            bridge,
            _provider: provider,
        })
    }

    async fn acquire(&self) -> Result<(PoolConnection<Null>, Instant)> {
        let start = Instant::now();
        let connection = self.pool.acquire().await?;
        let begun = Instant::now();
        self.waits.record((begun - start).as_secs_f64());
        Ok((connection, begun))
    }

    fn record(&self, start: Instant, rows: u64) {
        self.duration.record(start.elapsed().as_secs_f64());
        self.returned.record(rows);
    }

    /// Measures an operation on a connection of its own, which returns so many rows.
    async fn on_pool(
        &self,
        rows: u64,
        once: impl AsyncFnOnce(&mut PoolConnection<Null>) -> Result<()>,
    ) -> Result<()> {
        let (mut connection, start) = self.acquire().await?;
        let result = once(&mut connection).await;
        drop(connection);
        let spent = start.elapsed().as_secs_f64();
        self.duration.record(spent);
        self.returned.record(rows);
        self.uses.record(spent);
        result
    }
}

impl Peer for Floor {
    fn run(&self, workload: Workload, times: u64) -> LocalBoxFuture<'_, Result<()>> {
        Box::pin(async move {
            match workload {
                Workload::OneRow => {
                    let once = async || self.on_pool(1, async |c| one_row(&mut **c).await).await;
                    repeat(times, once).await
                }
                Workload::Insert => {
                    let once = async || self.on_pool(0, async |c| insert(&mut **c).await).await;
                    repeat(times, once).await
                }
                Workload::ManyRows => {
                    let rows = MANY as u64;
                    let once =
                        async || self.on_pool(rows, async |c| many_rows(&mut **c).await).await;
                    repeat(times, once).await
                }
                Workload::Held => {
                    let (mut connection, _) = self.acquire().await?;
                    let once = async || {
                        let start = Instant::now();
                        one_row(&mut *connection).await?;
                        self.record(start, 1);
                        Ok(())
                    };
                    repeat(times, once).await
                }
                Workload::Statements => {
                    let (mut connection, _) = self.acquire().await?;
                    let mut n = 0;
                    let once = async || {
                        let start = Instant::now();
                        statement(&mut *connection, &mut n).await?;
                        self.record(start, 1);
                        Ok(())
                    };
                    repeat(times, once).await
                }
                Workload::Transaction => {
                    let once = async || {
                        let start = Instant::now();
                        let mut transaction = self.pool.begin().await?;
                        self.waits.record(start.elapsed().as_secs_f64());
                        let start = Instant::now();
                        insert(&mut *transaction).await?;
                        self.record(start, 0);
                        transaction.commit().await?;
                        self.uses.record(start.elapsed().as_secs_f64());
                        Ok(())
                    };
                    repeat(times, once).await
                }
            }
        })
    }

    fn record(&self) -> Option<Record> {
        Some(Record { text: exposition::text(&self.bridge), operations_of_a_transaction: 1 })
    }
}
