//! The floor: the duration of an operation and what it found, by hand on bound instruments of OpenTelemetry, for
//! one command.

use std::time::Instant;

use kymo::prometheus::Bridge;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{BoundCounter, BoundHistogram, MeterProvider as _};
use opentelemetry_sdk::metrics::SdkMeterProvider;
use redis::aio::ConnectionLike;
use redis::{RedisResult, Value};

use super::workload::Request;
use crate::BoxError;

pub(super) struct Floor {
    duration: BoundHistogram<f64>,
    hits: BoundCounter<u64>,
    misses: BoundCounter<u64>,
    pub(super) bridge: Bridge,
    /// Its last clone shuts the reader down.
    _provider: SdkMeterProvider,
}

/// As kymo has them for every database.
const SECONDS: [f64; 12] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0];

impl Floor {
    pub(super) fn new() -> Result<Self, BoxError> {
        let bridge = Bridge::builder().build()?;
        let provider = SdkMeterProvider::builder().with_reader(bridge.reader()).build();
        let meter = provider.meter("bench");
        let duration = meter.f64_histogram("db.client.operation.duration").with_unit("s");
        let duration = duration.with_boundaries(SECONDS.to_vec()).build();
        let lookups = meter.u64_counter("kymo.cache.requests").build();
        let result = |result| lookups.bind(&[KeyValue::new("result", result)]);
        Ok(Self {
            duration: duration.bind(&[KeyValue::new("db.operation.name", "GET")]),
            hits: result("hit"),
            misses: result("miss"),
            bridge,
            _provider: provider,
        })
    }

    pub(super) async fn send(
        &self,
        request: &Request,
        connection: &mut impl ConnectionLike,
    ) -> RedisResult<()> {
        let start = Instant::now();
        match request {
            Request::Command(command) => {
                let reply = connection.req_packed_command(command).await?;
                self.duration.record(start.elapsed().as_secs_f64());
                self.found(&reply);
            }
            Request::Pipeline(pipeline) => {
                let replies = connection.req_packed_commands(pipeline, 0, pipeline.len()).await?;
                self.duration.record(start.elapsed().as_secs_f64());
                for reply in &replies {
                    self.found(reply);
                }
            }
        }
        Ok(())
    }

    fn found(&self, reply: &Value) {
        match reply {
            Value::Nil => self.misses.add(1),
            Value::Array(replies) => replies.iter().for_each(|reply| self.found(reply)),
            Value::BulkString(_) => self.hits.add(1),
            _ => {}
        }
    }
}
