//! `axum-otel-metrics`, on the OpenTelemetry line that it is on.

use axum_otel_metrics::HttpMetricsLayerBuilder;

use super::{Measured, Variant, provider};

pub const VARIANT: Variant = Variant {
    name: "axum-otel-metrics",
    title: "axum-otel-metrics 0.14",
    measures: "duration, active, request and response size",
    build: |workload| {
        let (meters, record) = provider::previous()?;
        let layer = HttpMetricsLayerBuilder::new().with_provider(meters).build();
        Ok(Measured { router: workload.router().layer(layer), record: Some(record) })
    },
};
