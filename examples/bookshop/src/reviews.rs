//! `/reviews`: what a critic says, who answers over HTTP and takes their time.

use std::{future::IntoFuture, io, net::SocketAddr, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::State,
    http::{Request, StatusCode},
    routing::get,
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use kymo::{
    Telemetry,
    http_client::{MeasuredClient, UrlTemplate},
};
use tokio::{net::TcpListener, time::sleep};
use tower::{Layer, ServiceExt};

use crate::problem::Problem;

/// How long the critic thinks.
const THINKING: Duration = Duration::from_millis(100);

/// The longest review, in bytes.
const LONGEST: usize = 10_000;

/// Asks the critic. Clones share connections.
#[derive(Clone, Debug)]
pub(crate) struct Reviews {
    client: MeasuredClient<Client<HttpConnector, Body>>,
    critic: SocketAddr,
}

impl Reviews {
    /// Has the critic listen on a free port of this machine, until the program ends.
    pub(crate) async fn open(telemetry: &Telemetry) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let critic = listener.local_addr()?;
        tokio::spawn(axum::serve(listener, Router::new().route("/", get(think))).into_future());
        let client = Client::builder(TokioExecutor::new()).build_http();
        Ok(Self { client: telemetry.http_client().layer(client), critic })
    }

    async fn ask(&self) -> Option<String> {
        let request = Request::get(format!("http://{}/", self.critic));
        let request = request.extension(UrlTemplate::new("/")).body(Body::empty()).ok()?;
        let body = self.client.clone().oneshot(request).await.ok()?.into_body();
        let review = to_bytes(Body::new(body), LONGEST).await.ok()?;
        String::from_utf8(review.into()).ok()
    }
}

async fn think() -> &'static str {
    sleep(THINKING).await;
    "a fine book\n"
}

pub(crate) async fn read(State(reviews): State<Reviews>) -> Result<String, Problem> {
    let silent = || Problem::new(StatusCode::BAD_GATEWAY, "the critic does not answer");
    reviews.ask().await.ok_or_else(silent)
}
