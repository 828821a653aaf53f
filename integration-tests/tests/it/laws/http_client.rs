//! The laws, for HTTP clients.

use std::time::Duration;

use axum::{
    Router,
    body::Body,
    extract::{Path, Request},
    http::StatusCode,
    routing::get,
};
use http_body_util::BodyExt;
use kymo::{
    MetricSpec,
    http_client::UrlTemplate,
    testing::{
        OperationKind, TestTelemetry,
        laws::{self, Subject},
    },
};
use tower::{Layer, ServiceExt, service_fn, util::BoxCloneSyncService};

use super::give_up::give_up;

/// A client that is measured, or bare; its server is a router in the process.
struct Client(BoxCloneSyncService<Request, axum::response::Response, std::convert::Infallible>);

async fn answer_as(Path(status): Path<u16>) -> StatusCode {
    StatusCode::from_u16(status).unwrap()
}

/// Never answers, and unwinds when it is dropped.
async fn trapped() {
    let _trap = laws::Trap;
    std::future::pending::<()>().await;
}

impl Client {
    async fn send(&self, request: Request) -> axum::response::Response {
        self.0.clone().oneshot(request).await.unwrap_or_else(|never| match never {})
    }

    async fn get(&self, path: &str) -> axum::response::Response {
        let request = Request::get(format!("https://Books.internal{path}")).body(Body::empty());
        self.send(request.unwrap()).await
    }

    async fn read(&self, path: &str) -> String {
        let answer = self.get(path).await;
        let head = format!("{:?} {:?} {:?}", answer.status(), answer.version(), answer.headers());
        let body = answer.into_body().collect().await;
        format!("{head} {:?}", body.map(|body| (body.trailers().cloned(), body.to_bytes())).ok())
    }
}

impl Subject for Client {
    type Telemetry = TestTelemetry;
    const OPERATIONS: &'static str = "http.client.request.duration";
    const IN_FLIGHT: &'static [&'static str] = &["http.client.active_requests"];
    const SERIES: usize = 1790;
    const KIND: Option<OperationKind> = Some(OperationKind::HttpClient);

    fn declared() -> Vec<MetricSpec> {
        let ours = |metric: &&MetricSpec| {
            let of = ["http.client.", "kymo.cardinality.", "kymo.http.server.request.outside"];
            of.iter().any(|of| metric.name.starts_with(of))
        };
        kymo::declared_metrics().filter(ours).copied().collect()
    }

    fn new(telemetry: Option<&TestTelemetry>) -> Self {
        let server = Router::new()
            .route("/books/{id}", get(async || "Dune"))
            .route("/as/{status}", get(answer_as))
            .route("/slow", get(async || tokio::time::sleep(Duration::MAX).await))
            .route("/torn", get(async || -> StatusCode { panic!("the book is torn") }))
            .route("/trapped", get(trapped));
        Self(match telemetry {
            Some(telemetry) => {
                let client = telemetry.http_client().layer(server);
                let answer = service_fn(move |request: Request| {
                    let answer = client.clone().oneshot(request);
                    async { Ok(answer.await?.map(Body::new)) }
                });
                BoxCloneSyncService::new(answer)
            }
            None => BoxCloneSyncService::new(server),
        })
    }

    async fn succeed(&self) {
        self.read("/books/7").await;
    }

    async fn fail(&self) {
        self.read("/as/404").await;
    }

    async fn fail_as(&self, n: u32) {
        self.read(&format!("/as/{}", 500 + n % 100)).await;
    }

    async fn stay(&self) {
        self.read("/slow").await;
    }

    async fn cancel(&self) {
        give_up(self.get("/slow")).await;
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
        let uri = format!("http://hook-{n}.example:{}/as/{}", n % 65_536, 200 + n % 700);
        let request = Request::builder().method(method.as_str()).uri(uri);
        let request =
            request.extension(UrlTemplate::new(format!("/users/{{id{n}}}"))).body(Body::empty());
        drop(self.send(request.unwrap()).await);
    }

    async fn transcript(&self) -> Vec<String> {
        vec![self.read("/books/7").await, self.read("/as/503").await, self.read("/none").await]
    }
}

#[tokio::test]
async fn an_http_client_obeys_the_laws() {
    laws::hold::<Client>().await;
}
