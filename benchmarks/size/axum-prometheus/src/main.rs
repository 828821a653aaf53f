//! The same service with `axum-prometheus`.

use axum::{Router, routing::get};
use axum_prometheus::PrometheusMetricLayer;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (layer, handle) = PrometheusMetricLayer::pair();
    let app = Router::new()
        .route("/books/{id}", get(async || "Dune"))
        .route("/metrics", get(async move || handle.render()))
        .layer(layer);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    axum::serve(listener, app).await?;
    Ok(())
}
