//! `opentelemetry-prometheus-text-exporter`.

use opentelemetry_prometheus_text_exporter::PrometheusExporter;
use paths::scrape::{Peer, otel};

pub const PEER: Peer = Peer {
    name: "text-exporter",
    title: "opentelemetry-prometheus-text-exporter 0.4",
    record: |workload| {
        let exporter = PrometheusExporter::new();
        let provider = otel::record(workload, exporter.clone());
        Ok(Box::new(move |text| {
            let _provider = &provider; // its last clone shuts the reader down
            Ok(exporter.export(text)?)
        }))
    },
};
