use axum::{Router, routing::get};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let telemetry = kymo::Telemetry::for_service("bookshop").prometheus().install()?;

    let app = Router::new()
        .route("/books/{id}", get(async || "Dune"))
        .layer(telemetry.http())
        .route_service("/metrics", telemetry.endpoint());

    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    axum::serve(listener, app).await?;
    Ok(())
}
