//! kymo, as its README sets it up, and with no more than others record.

use ::kymo::Telemetry;
use ::kymo::http::{ServerLayer, ServerMetric};

use super::{COUNT, Measured, Record, Variant, Workload};
use crate::{BoxError, exposition};

/// kymo with all that it records by default.
pub const KYMO: Variant = Variant {
    name: "kymo",
    title: "kymo",
    measures: "duration, active, request and response size, to the end of the body; and the bill",
    build: |workload| build(workload, |layer| layer),
};

/// kymo with the four metrics of the conventions.
pub const KYMO_UNBILLED: Variant = Variant {
    name: "kymo-unbilled",
    title: "kymo without bills",
    measures: "duration, active, request and response size, to the end of the body",
    build: |workload| build(workload, without_bills),
};

/// kymo with two of them.
pub const KYMO_OF_TWO: Variant = Variant {
    name: "kymo-of-two",
    title: "kymo",
    measures: "duration, active, to the end of the body",
    build: |workload| {
        build(workload, |layer| {
            let sizes = [ServerMetric::RequestBodySize, ServerMetric::ResponseBodySize];
            sizes.into_iter().fold(without_bills(layer), ServerLayer::without)
        })
    },
};

fn without_bills(layer: ServerLayer) -> ServerLayer {
    [
        ServerMetric::RequestTime,
        ServerMetric::RequestOperations,
        ServerMetric::RepeatedQueries,
        ServerMetric::Blocking,
    ]
    .into_iter()
    .fold(layer, ServerLayer::without)
}

fn build(workload: Workload, choose: fn(ServerLayer) -> ServerLayer) -> Result<Measured, BoxError> {
    let telemetry = Telemetry::for_service("bench").prometheus().build()?;
    let router = workload.router().layer(choose(telemetry.http()));
    let bridge = telemetry.bridge().ok_or("no bridge")?.clone();
    let expose = move || {
        let _provider = &telemetry; // its last clone shuts the reader down
        exposition::text(&bridge)
    };
    Ok(Measured { router, record: Some(Record { expose: Box::new(expose), count: COUNT }) })
}
