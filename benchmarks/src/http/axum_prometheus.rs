//! `axum-prometheus`, as its README sets it up.

use std::sync::OnceLock;

use axum_prometheus::PrometheusMetricLayer;
use axum_prometheus::metrics_exporter_prometheus::PrometheusHandle;

use super::{Measured, Record, Variant};

pub const VARIANT: Variant = Variant {
    name: "axum-prometheus",
    title: "axum-prometheus 0.10",
    measures: "duration, active, count",
    build: |workload| {
        // A process has one recorder, whatever it measures.
        static PAIR: OnceLock<(PrometheusMetricLayer<'static>, PrometheusHandle)> = OnceLock::new();
        let (layer, handle) = PAIR.get_or_init(PrometheusMetricLayer::pair).clone();
        let record =
            Record { expose: Box::new(move || handle.render()), count: "axum_http_requests_total" };
        Ok(Measured { router: workload.router().layer(layer), record: Some(record) })
    },
};
