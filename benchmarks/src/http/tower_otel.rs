//! `tower-otel`.

use opentelemetry::metrics::MeterProvider as _;
use tower_otel::metrics::HttpLayer;

use super::{Measured, Variant, provider};

pub const VARIANT: Variant = Variant {
    name: "tower-otel",
    title: "tower-otel 0.12",
    measures: "duration, active, request and response size",
    build: |workload| {
        let (meters, record) = provider::current()?;
        let layer = HttpLayer::server(&meters.meter("bench"));
        Ok(Measured { router: workload.router().layer(layer), record: Some(record) })
    },
};
