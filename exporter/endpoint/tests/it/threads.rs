//! A system that has no thread left.

use std::process::Command;

use http::{Request, StatusCode};
use http_body_util::BodyExt;
use kymo_endpoint::{Endpoint, Listener};
use tower::ServiceExt;

use crate::Up;

/// Where threads have a stack that no address space has room for, the system has none to give.
const STACK: (&str, &str) = ("RUST_MIN_STACK", "140737488355328");

#[tokio::test]
async fn a_system_without_threads_costs_a_scrape_and_nothing_else() {
    if std::env::var(STACK.0).is_err() {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--test-threads=1"])
            .arg("threads::a_system_without_threads_costs_a_scrape_and_nothing_else")
            .envs([STACK])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&child.stdout);
        assert!(child.status.success() && said.contains("1 passed"), "{said}");
        return;
    }
    assert!(std::thread::Builder::new().spawn(|| ()).is_err(), "there is none");
    let endpoint = Endpoint::new(Up);
    for _ in 0..3 {
        let refused = endpoint.clone().oneshot(Request::new(())).await.unwrap();
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(refused.headers()["retry-after"], "1");
        let said = refused.into_body().collect().await.unwrap().to_bytes();
        assert!(said.starts_with(b"The system has no thread left"), "{said:?}");
    }
    for address in ["127.0.0.1:0", "localhost:0", "nowhere.invalid:0"] {
        let error = endpoint.serve(address).await.unwrap_err().to_string();
        assert!(error.contains("raise the limit of threads"), "{address}: {error}");
    }
    let ports = Listener::ports("localhost", 0..=0);
    let error = endpoint.serve_on(ports).await.unwrap_err().to_string();
    assert!(error.contains("raise the limit of threads"), "{error}");
}
