//! One workload on one connection.

use kymo::Telemetry;
use redis::RedisError;
use redis::aio::ConnectionLike;
use tokio::runtime::Runtime;

use super::floor::Floor;
use super::workload::{Request, Workload};
use crate::{BoxError, Subject, exposition};

/// The sample that counts operations, by the semantic conventions.
const OPERATIONS: &str = "db_client_operation_duration_seconds_count";
const LOOKUPS: &str = "kymo_cache_requests_total";

pub(super) struct Commands<C> {
    runtime: Runtime,
    connection: C,
    workload: Workload,
    request: Request,
    recorder: Recorder,
    times: u64,
    failed: Option<RedisError>,
}

/// Who records them.
pub(super) enum Recorder {
    Nobody,
    Floor(Box<Floor>),
    /// The connection itself, into this.
    Kymo(Box<Telemetry>),
}

impl<C> Commands<C> {
    pub(super) fn new(
        runtime: Runtime,
        connection: C,
        workload: Workload,
        recorder: Recorder,
    ) -> Self {
        let request = workload.request();
        Self { runtime, connection, workload, request, recorder, times: 0, failed: None }
    }
}

impl<C: ConnectionLike> Subject for Commands<C> {
    fn run(&mut self, times: u64) {
        let Self { runtime, connection, request, recorder, .. } = self;
        let result = runtime.block_on(async {
            for _ in 0..times {
                match recorder {
                    Recorder::Floor(floor) => floor.send(request, connection).await?,
                    Recorder::Nobody | Recorder::Kymo(_) => request.send(connection).await?,
                }
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
        let text = match &self.recorder {
            Recorder::Nobody => return Ok(()),
            Recorder::Floor(floor) => exposition::text(&floor.bridge),
            Recorder::Kymo(telemetry) => exposition::text(telemetry.bridge().ok_or("no bridge")?),
        };
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
