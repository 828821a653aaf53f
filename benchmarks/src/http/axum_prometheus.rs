//! `axum-prometheus`, as its README sets it up.

use axum_prometheus::PrometheusMetricLayer;

use super::{Measured, Record, Variant};

pub const VARIANT: Variant = Variant {
    name: "axum-prometheus",
    title: "axum-prometheus 0.10",
    measures: "duration, active, count",
    build: |workload| {
        let (layer, handle) = PrometheusMetricLayer::pair();
        let record =
            Record { expose: Box::new(move || handle.render()), count: "axum_http_requests_total" };
        Ok(Measured { router: workload.router().layer(layer), record: Some(record) })
    },
};
