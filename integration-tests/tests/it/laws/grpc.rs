//! The laws, for servers of gRPC.

use std::{future::pending, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path, Request},
    http::{HeaderMap, HeaderValue, StatusCode},
    response::Response,
    routing::post,
};
use http_body_util::{BodyExt, Full};
use kymo::{
    MetricSpec,
    testing::{
        TestTelemetry,
        laws::{self, Subject},
    },
};
use tower::ServiceExt;

struct Server(Router);

/// A message of no bytes.
const EMPTY: &[u8] = &[0; 5];

/// Answers a call with a message and this status.
fn answered(status: u32) -> Response {
    let trailers =
        HeaderMap::from_iter([("grpc-status".parse().unwrap(), HeaderValue::from(status))]);
    let message = Full::new(Bytes::from_static(EMPTY));
    let body = message.with_trailers(std::future::ready(Some(Ok(trailers))));
    Response::builder().header("content-type", "application/grpc").body(Body::new(body)).unwrap()
}

/// What each method of the service does.
async fn books(Path(method): Path<String>) -> Result<Response, StatusCode> {
    let _trap = (method == "Trapped").then(|| laws::Trap);
    match method.as_str() {
        "Get" => Ok(answered(0)),
        "Slow" | "Trapped" => pending().await,
        "Torn" => panic!("the book is torn"),
        "Lose" => Ok(answered(13)),
        other => {
            let status = other.strip_prefix("Fail").and_then(|status| status.parse().ok());
            status.map(answered).ok_or(StatusCode::NOT_FOUND)
        }
    }
}

impl Server {
    async fn answer(&self, method: &str) -> Response {
        let request = Request::post(format!("/books.Books/{method}"))
            .header("content-type", "application/grpc")
            .body(Body::from(EMPTY));
        let answer = self.0.clone().oneshot(request.unwrap()).await;
        answer.unwrap_or_else(|never| match never {})
    }

    async fn call(&self, method: &str) -> String {
        let answer = self.answer(method).await;
        let head = format!("{:?} {:?}", answer.status(), answer.headers());
        let body = answer.into_body().collect().await;
        format!("{head} {:?}", body.map(|body| (body.trailers().cloned(), body.to_bytes())).ok())
    }
}

impl Subject for Server {
    type Telemetry = TestTelemetry;
    const OPERATIONS: &'static str = "rpc.server.call.duration";
    const IN_FLIGHT: &'static [&'static str] = &["http.server.active_requests"];
    const SERIES: usize = 5;
    // `kymo-http` asks it of many more.
    const CLIENTS: u32 = 1000;

    fn declared() -> Vec<MetricSpec> {
        let ours = |metric: &&MetricSpec| {
            ["http.", "rpc.", "kymo.http.", "kymo.cardinality."]
                .iter()
                .any(|of| metric.name.starts_with(of))
        };
        kymo::declared_metrics().filter(ours).copied().collect()
    }

    fn new(telemetry: Option<&TestTelemetry>) -> Self {
        let app = Router::new().route("/books.Books/{method}", post(books));
        Self(match telemetry {
            Some(telemetry) => app.layer(telemetry.http()),
            None => app,
        })
    }

    async fn succeed(&self) {
        self.call("Get").await;
    }

    async fn fail(&self) {
        self.call("Lose").await;
    }

    async fn fail_as(&self, n: u32) {
        // Those that are the fault of a server.
        self.call(&format!("Fail{}", [2, 4, 12, 13, 14, 15][n as usize % 6])).await;
    }

    async fn stay(&self) {
        self.call("Slow").await;
    }

    async fn cancel(&self) {
        let slow = self.answer("Slow");
        tokio::time::timeout(Duration::from_millis(10), slow).await.unwrap_err();
    }

    async fn cancel_by_panic(&self) {
        laws::drop_while_unwinding(self.answer("Slow")).await;
    }

    async fn panic(&self) {
        laws::unwind(self.answer("Torn")).await;
    }

    async fn panic_in_drop(&self) {
        laws::unwind_in_drop(self.answer("Trapped")).await;
    }

    async fn client(&self, n: u32) {
        let method = if n.is_multiple_of(2) { "Get".to_owned() } else { format!("M{n}") };
        self.call(&method).await;
    }

    async fn transcript(&self) -> Vec<String> {
        vec![self.call("Get").await, self.call("Lose").await, self.call("None").await]
    }
}

#[tokio::test]
async fn a_grpc_server_obeys_the_laws() {
    laws::hold::<Server>().await;
}
