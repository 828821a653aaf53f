//! `sqlx-otel`, which asks the global provider of OpenTelemetry 0.32.

use ::sqlx_otel::{Pool, PoolBuilder};
use futures_util::future::LocalBoxFuture;
use opentelemetry_032::global;
use opentelemetry_sdk_032::metrics::SdkMeterProvider;
use paths::BoxError;
use paths::sqlx::{Peer, Record, Workload, insert, many_rows, one_row, repeat, statement};
use prometheus::{Registry, TextEncoder};
use sqlx::{Sqlite, SqlitePool};

pub struct SqlxOtel {
    pool: Pool<Sqlite>,
    registry: Registry,
    /// A provider shuts down when it is dropped.
    _meters: SdkMeterProvider,
}

impl SqlxOtel {
    pub fn new(pool: SqlitePool) -> Result<Self, BoxError> {
        let registry = Registry::new();
        let reader =
            opentelemetry_prometheus_032::exporter().with_registry(registry.clone()).build()?;
        let meters = SdkMeterProvider::builder().with_reader(reader).build();
        global::set_meter_provider(meters.clone());
        Ok(Self { pool: PoolBuilder::from(pool).build(), registry, _meters: meters })
    }
}

impl Peer for SqlxOtel {
    fn run(&self, workload: Workload, times: u64) -> LocalBoxFuture<'_, sqlx::Result<()>> {
        let pool = &self.pool;
        Box::pin(async move {
            match workload {
                Workload::OneRow => repeat(times, async || one_row(pool).await).await,
                Workload::Insert => repeat(times, async || insert(pool).await).await,
                Workload::Held => {
                    let mut connection = pool.acquire().await?;
                    repeat(times, async || one_row(&mut connection).await).await
                }
                Workload::Statements => {
                    let mut connection = pool.acquire().await?;
                    let mut n = 0;
                    repeat(times, async || statement(&mut connection, &mut n).await).await
                }
                Workload::Transaction => {
                    let once = async || {
                        let mut transaction = pool.begin().await?;
                        insert(&mut transaction).await?;
                        transaction.commit().await
                    };
                    repeat(times, once).await
                }
                Workload::ManyRows => repeat(times, async || many_rows(pool).await).await,
            }
        })
    }

    fn record(&self) -> Option<Record> {
        let text = TextEncoder::new().encode_to_string(&self.registry.gather()).ok()?;
        Some(Record { text, operations_of_a_transaction: 1 })
    }
}
