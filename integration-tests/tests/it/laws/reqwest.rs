//! The laws, for clients of reqwest.

use axum::http::{Extensions, Response, StatusCode};
use kymo::{
    MetricSpec,
    http_client::UrlTemplate,
    testing::{
        OperationKind, TestTelemetry,
        laws::{self, Subject},
    },
};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Error, Middleware, Next, Result};

use super::give_up::give_up;

/// A client that is measured, or bare; a middleware inside of it is its server.
struct Client(ClientWithMiddleware);

/// Answers by the path, and asks nobody.
struct Server;

#[async_trait::async_trait]
impl Middleware for Server {
    async fn handle(
        &self,
        request: reqwest::Request,
        _: &mut Extensions,
        _: Next<'_>,
    ) -> Result<reqwest::Response> {
        let path = request.url().path();
        match path {
            "/slow" => std::future::pending::<()>().await,
            "/torn" => panic!("the book is torn"),
            "/trapped" => {
                let _trap = laws::Trap;
                std::future::pending::<()>().await;
            }
            "/broken" => return Err(Error::middleware(std::io::Error::other("disk 7 full"))),
            _ => {}
        }
        let status = path.strip_prefix("/as/").and_then(|status| status.parse().ok());
        let mut response = Response::new("Dune");
        *response.status_mut() = StatusCode::from_u16(status.unwrap_or(200)).unwrap();
        Ok(response.into())
    }
}

impl Client {
    async fn get(&self, path: &str) -> Result<reqwest::Response> {
        self.0.get(format!("https://Books.internal{path}")).send().await
    }

    async fn read(&self, path: &str) -> String {
        match self.get(path).await {
            Ok(answer) => {
                let head = format!("{:?} {:?}", answer.status(), answer.headers());
                format!("{head} {:?}", answer.text().await)
            }
            // For debugging it shows a backtrace, where that is asked for.
            Err(error) => format!("{error}, {}", matches!(error, Error::Middleware(_))),
        }
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
        let client = ClientBuilder::new(reqwest::Client::new());
        let client = match telemetry {
            Some(telemetry) => client.with(telemetry.reqwest()),
            None => client,
        };
        Self(client.with(Server).build())
    }

    async fn succeed(&self) {
        self.read("/books/7").await;
    }

    async fn fail(&self) {
        self.read("/broken").await;
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
        let request = self.0.request(method.parse().unwrap(), uri);
        drop(request.with_extension(UrlTemplate::new(format!("/users/{{id{n}}}"))).send().await);
    }

    async fn transcript(&self) -> Vec<String> {
        vec![self.read("/books/7").await, self.read("/as/503").await, self.read("/broken").await]
    }
}

#[tokio::test]
async fn a_client_of_reqwest_obeys_the_laws() {
    laws::hold::<Client>().await;
}
