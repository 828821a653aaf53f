//! An OpenTelemetry provider whose metrics can be read back.

use std::any::Any;

use opentelemetry_sdk::metrics::SdkMeterProvider;
use paths::BoxError;
use paths::http::COUNT;
use prometheus::{Registry, TextEncoder};

use super::Record;

/// A provider of the 0.33 line and its read-out.
pub fn current() -> Result<(SdkMeterProvider, Record), BoxError> {
    let registry = Registry::new();
    let reader = opentelemetry_prometheus::exporter().with_registry(registry.clone()).build()?;
    let provider = SdkMeterProvider::builder().with_reader(reader).build();
    Ok((provider.clone(), record(registry, COUNT, provider)))
}

/// The same of the 0.32 line.
pub fn previous() -> Result<(opentelemetry_sdk_032::metrics::SdkMeterProvider, Record), BoxError> {
    let registry = Registry::new();
    let reader =
        opentelemetry_prometheus_032::exporter().with_registry(registry.clone()).build()?;
    let builder = opentelemetry_sdk_032::metrics::SdkMeterProvider::builder();
    let provider = builder.with_reader(reader).build();
    Ok((provider.clone(), record(registry, COUNT, provider)))
}

/// Exposes a registry, and keeps its `owner`: a provider shuts down when it is dropped.
pub fn record(registry: Registry, count: &'static str, owner: impl Any) -> Record {
    let expose = move || {
        let _owner = &owner;
        TextEncoder::new().encode_to_string(&registry.gather()).unwrap_or_default()
    };
    Record { expose: Box::new(expose), count }
}
