//! `opentelemetry-prometheus` into a registry, and the `TextEncoder` of `prometheus`.

use ::prometheus::{Encoder as _, Registry, TextEncoder};
use paths::scrape::{Peer, otel};

pub const PEER: Peer = Peer {
    name: "opentelemetry-prometheus",
    title: "opentelemetry-prometheus 0.33",
    record: |workload| {
        let registry = Registry::new();
        let reader =
            ::opentelemetry_prometheus::exporter().with_registry(registry.clone()).build()?;
        let provider = otel::record(workload, reader);
        Ok(Box::new(move |text| {
            let _provider = &provider; // its last clone shuts the reader down
            Ok(TextEncoder::new().encode(&registry.gather(), text)?)
        }))
    },
};
