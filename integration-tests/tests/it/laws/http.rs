//! The laws, for HTTP servers.

use std::time::Duration;

use axum::{
    Router,
    body::Body,
    extract::{Path, Request},
    http::StatusCode,
    response::Response,
    routing::get,
};
use http_body_util::BodyExt;
use kymo::{
    MetricSpec,
    testing::{
        TestTelemetry,
        laws::{self, Subject},
    },
};
use tower::ServiceExt;

struct Server(Router);

async fn fail_as(Path(status): Path<u16>) -> StatusCode {
    StatusCode::from_u16(status).unwrap()
}

/// Never answers, and unwinds when it is dropped.
async fn trapped() {
    let _trap = laws::Trap;
    std::future::pending::<()>().await;
}

impl Server {
    async fn answer(&self, request: Request) -> Response {
        self.0.clone().oneshot(request).await.unwrap_or_else(|never| match never {})
    }

    async fn get(&self, path: &str) -> Response {
        self.answer(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn read(&self, path: &str) -> String {
        let answer = self.get(path).await;
        let head = format!("{:?} {:?} {:?}", answer.status(), answer.version(), answer.headers());
        let body = answer.into_body().collect().await;
        format!("{head} {:?}", body.map(|body| (body.trailers().cloned(), body.to_bytes())).ok())
    }
}

impl Subject for Server {
    type Telemetry = TestTelemetry;
    const OPERATIONS: &'static str = "http.server.request.duration";
    const IN_FLIGHT: &'static [&'static str] =
        &["http.server.active_requests", "kymo.http.server.active_streams"];
    const SERIES: usize = 6;

    fn declared() -> Vec<MetricSpec> {
        let ours = |metric: &&MetricSpec| {
            ["http.", "kymo.http.", "kymo.cardinality."]
                .iter()
                .any(|of| metric.name.starts_with(of))
        };
        kymo::declared_metrics().filter(ours).copied().collect()
    }

    fn new(telemetry: Option<&TestTelemetry>) -> Self {
        let app = Router::new()
            .route("/books/{id}", get(async || "Dune"))
            .route("/fail", get(async || (StatusCode::INTERNAL_SERVER_ERROR, "on purpose")))
            .route("/fail/{status}", get(fail_as))
            .route("/slow", get(async || tokio::time::sleep(Duration::MAX).await))
            .route("/torn", get(async || -> StatusCode { panic!("the book is torn") }))
            .route("/trapped", get(trapped));
        Self(match telemetry {
            Some(telemetry) => app.layer(telemetry.http()),
            None => app,
        })
    }

    async fn succeed(&self) {
        self.read("/books/7").await;
    }

    async fn fail(&self) {
        self.read("/fail").await;
    }

    async fn fail_as(&self, n: u32) {
        self.read(&format!("/fail/{}", 500 + n % 100)).await;
    }

    async fn stay(&self) {
        self.read("/slow").await;
    }

    async fn cancel(&self) {
        let slow = self.get("/slow");
        tokio::time::timeout(Duration::from_millis(10), slow).await.unwrap_err();
    }

    async fn cancel_by_panic(&self) {
        laws::drop_while_unwinding(self.get("/slow")).await;
    }

    async fn panic(&self) {
        laws::unwind(self.get("/torn")).await;
    }

    async fn panic_in_drop(&self) {
        laws::unwind_in_drop(self.get("/trapped")).await;
    }

    async fn client(&self, n: u32) {
        let method = if n.is_multiple_of(2) { "GET".to_owned() } else { format!("M{n}") };
        let path = if n.is_multiple_of(3) { format!("/books/{n}") } else { format!("/{n}") };
        let request = Request::builder().method(method.as_str()).uri(path);
        let request = request.header("host", format!("host-{n}.example")).body(Body::empty());
        drop(self.answer(request.unwrap()).await);
    }

    async fn transcript(&self) -> Vec<String> {
        vec![self.read("/books/7").await, self.read("/fail").await, self.read("/none").await]
    }
}

#[tokio::test]
async fn an_http_server_obeys_the_laws() {
    laws::hold::<Server>().await;
}
