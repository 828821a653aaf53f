//! The laws, for calls of gRPC.

use std::{future, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::StatusCode,
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use http_body_util::BodyExt;
use kymo_core::MetricSpec;
use kymo_http::ServerLayer;
use kymo_testing::{
    TestMeters,
    laws::{self, Subject},
};
use tonic::service::Routes;
use tower::ServiceExt;

use super::{
    called::CALLS,
    echo::{Echo, UNARY},
    web::message,
};

struct Server(Router);

/// Begins the path of what is refused by the status that follows.
const REFUSED: &str = "refused";

/// Begins the path of what is never answered.
const SLOW: &str = "slow";

/// Answers as what stands before gRPC does, whatever the method is.
async fn stand_before(request: Request, next: Next) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    let service = path.split('/').next().unwrap_or_default();
    if service == SLOW {
        return future::pending().await;
    }
    match service.strip_prefix(REFUSED).and_then(|status| status.parse().ok()) {
        Some(status) => {
            let status = StatusCode::from_u16(status).unwrap_or_default();
            (status, [("content-type", "application/grpc")]).into_response()
        }
        None => next.run(request).await,
    }
}

impl Server {
    async fn answer(&self, method: &str, text: &str) -> Response {
        let request = Request::post(format!("/{method}"))
            .header("content-type", "application/grpc")
            .body(Body::from(message(text)));
        let answer = self.0.clone().oneshot(request.unwrap()).await;
        answer.unwrap_or_else(|never| match never {})
    }

    async fn call(&self, method: &str, text: &str) -> String {
        let answer = self.answer(method, text).await;
        let head = format!("{:?} {:?}", answer.status(), answer.headers());
        let body = answer.into_body().collect().await;
        format!("{head} {:?}", body.map(|body| (body.trailers().cloned(), body.to_bytes())).ok())
    }
}

impl Subject for Server {
    type Telemetry = TestMeters;
    const OPERATIONS: &'static str = CALLS;
    const IN_FLIGHT: &'static [&'static str] = &["http.server.active_requests"];
    const SERIES: usize = 5;
    // `integration-tests` asks it of a whole telemetry.
    const IS_TRACED: bool = false;

    fn declared() -> Vec<MetricSpec> {
        kymo_http::metrics::ALL.iter().chain(kymo_core::metrics::ALL).copied().collect()
    }

    fn new(telemetry: Option<&TestMeters>) -> Self {
        let app = Routes::new(Echo).into_axum_router().layer(from_fn(stand_before));
        Self(match telemetry {
            Some(meters) => app.layer(ServerLayer::new(&**meters)),
            None => app,
        })
    }

    async fn succeed(&self) {
        self.call(UNARY, "Dune").await;
    }

    async fn fail(&self) {
        self.call(UNARY, "fail:13").await;
    }

    async fn fail_as(&self, n: u32) {
        self.call(UNARY, &format!("fail:{}", n % 17)).await;
    }

    async fn stay(&self) {
        self.call(UNARY, "slow").await;
    }

    async fn cancel(&self) {
        let slow = self.answer(UNARY, "slow");
        tokio::time::timeout(Duration::from_millis(10), slow).await.unwrap_err();
    }

    async fn cancel_by_panic(&self) {
        laws::drop_while_unwinding(self.answer(UNARY, "slow")).await;
    }

    async fn panic(&self) {
        laws::unwind(self.answer(UNARY, "panic")).await;
    }

    async fn panic_in_drop(&self) {
        laws::unwind_in_drop(self.answer(UNARY, "trap")).await;
    }

    /// Each third of it is refused before anybody looks at what it asks for, or given up.
    async fn client(&self, n: u32) {
        let method = match n % 6 {
            0 => UNARY.to_owned(),
            1 => format!("test.Echo/M{n}"),
            2 => format!("test.S{n}/Unary"),
            3 => format!("{REFUSED}{}/{n}", [302, 400, 401, 404, 413, 415, 429][n as usize % 7]),
            4 => format!("{REFUSED}503/{n}"),
            _ => {
                let method = format!("{SLOW}/{n}");
                return assert!(self.answer(&method, "").now_or_never().is_none());
            }
        };
        self.call(&method, &n.to_string()).await;
    }

    async fn transcript(&self) -> Vec<String> {
        vec![
            self.call(UNARY, "Dune").await,
            self.call(UNARY, "fail:5").await,
            self.call("test.Echo/Missing", "").await,
        ]
    }
}

#[tokio::test]
async fn a_server_of_grpc_obeys_the_laws() {
    laws::hold::<Server>().await;
}
