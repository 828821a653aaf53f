//! A service whose metrics have a port of their own, configured by its environment alone.

use axum::{Router, body::Body, extract::Request, routing::any};
use kymo::{Telemetry, prometheus::Access};
use tower::ServiceExt;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().with_ansi(false).with_writer(std::io::stderr).init();
    // The environment may say an address that other machines reach.
    let access = Access::new().allow_insecure();
    let telemetry = Telemetry::for_service("own-port").prometheus().access(access).install()?;
    let app: Router = Router::new().route("/", any(async || ())).layer(telemetry.http());
    for method in ["GET", "BREW"] {
        let request = Request::builder().method(method).body(Body::empty())?;
        app.clone().oneshot(request).await?;
    }
    match telemetry.serve().await {
        Ok(server) => println!("metrics on http://{}", server.place()),
        Err(error) => println!("error: {error}"),
    }
    std::future::pending().await
}
