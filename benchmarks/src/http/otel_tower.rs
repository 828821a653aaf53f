//! `opentelemetry-instrumentation-tower`, with its tracing off.

use opentelemetry::global;
use opentelemetry_instrumentation_tower::http::server::LayerBuilder;

use super::{Measured, Variant, provider};

pub const VARIANT: Variant = Variant {
    name: "otel-tower",
    title: "opentelemetry-instrumentation-tower 0.19",
    measures: "duration, active, request and response size",
    build: |workload| {
        let (meters, record) = provider::current()?;
        global::set_meter_provider(meters); // it can be told no other
        let layer = LayerBuilder::builder().with_tracing(false).build()?;
        Ok(Measured { router: workload.router().layer(layer), record: Some(record) })
    },
};
