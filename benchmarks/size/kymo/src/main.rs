//! The same service with kymo, as its README sets it up.

use std::time::Instant;

use axum::{Router, routing::get};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let start = Instant::now();
    let telemetry = kymo::Telemetry::for_service("hello").prometheus().install()?;
    eprintln!("install: {} µs", start.elapsed().as_micros());
    let app = Router::new()
        .route("/books/{id}", get(async || "Dune"))
        .layer(telemetry.http())
        .route_service("/metrics", telemetry.endpoint());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    axum::serve(listener, app).await?;
    Ok(())
}
