//! One workload on one connection.

use kymo::Telemetry;
use redis::RedisError;
use redis::aio::ConnectionLike;
use tokio::runtime::Runtime;

use super::workload::{Request, Workload};
use crate::exposition;
use crate::subject::{BoxError, Subject};

/// The sample that counts operations, by the semantic conventions.
const OPERATIONS: &str = "db_client_operation_duration_seconds_count";
const LOOKUPS: &str = "kymo_cache_requests_total";

pub struct Commands<C> {
    runtime: Runtime,
    connection: C,
    workload: Workload,
    request: Request,
    /// Records them, if anything does.
    telemetry: Option<Telemetry>,
    times: u64,
    failed: Option<RedisError>,
}

impl<C> Commands<C> {
    pub fn new(
        runtime: Runtime,
        connection: C,
        workload: Workload,
        telemetry: Option<Telemetry>,
    ) -> Self {
        let request = workload.request();
        Self { runtime, connection, workload, request, telemetry, times: 0, failed: None }
    }
}

impl<C: ConnectionLike> Subject for Commands<C> {
    fn run(&mut self, times: u64) {
        let Self { runtime, connection, request, .. } = self;
        let result = runtime.block_on(async {
            for _ in 0..times {
                request.send(connection).await?;
            }
            Ok(())
        });
        self.times += times;
        self.failed = self.failed.take().or(result.err());
    }

    fn verify(&self) -> Result<(), BoxError> {
        let Self { workload, times, .. } = self;
        if let Some(error) = &self.failed {
            return Err(format!("{}: {error}", workload.name()).into());
        }
        let Some(bridge) = self.telemetry.as_ref().and_then(Telemetry::bridge) else {
            return Ok(());
        };
        let text = exposition::text(bridge);
        let sum = |name, label| exposition::values(&text, name, label).sum::<f64>();
        let recorded = [sum(OPERATIONS, ""), sum(LOOKUPS, "\"hit\""), sum(LOOKUPS, "")];
        let hits = (times * workload.hits()) as f64;
        if recorded != [*times as f64, hits, hits] {
            let workload = workload.name();
            return Err(format!("{workload}: {recorded:?} for {times} times in:\n{text}").into());
        }
        Ok(())
    }
}
