//! The same service with `opentelemetry-instrumentation-tower`, and a page for Prometheus.

use axum::{Router, routing::get};
use opentelemetry_instrumentation_tower::http::server::LayerBuilder;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use prometheus::{Registry, TextEncoder};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let registry = Registry::new();
    let reader = opentelemetry_prometheus::exporter().with_registry(registry.clone()).build()?;
    let provider = SdkMeterProvider::builder().with_reader(reader).build();
    opentelemetry::global::set_meter_provider(provider.clone());
    let page =
        async move || TextEncoder::new().encode_to_string(&registry.gather()).unwrap_or_default();
    let app = Router::new()
        .route("/books/{id}", get(async || "Dune"))
        .route("/metrics", get(page))
        .layer(LayerBuilder::builder().with_tracing(false).build()?);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    axum::serve(listener, app).await?;
    Ok(())
}
