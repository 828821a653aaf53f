//! `--customers N`: clients of the shop's own, so that there is something to see.

use std::{net::SocketAddr, time::Duration};

use axum::{
    body::{Body, to_bytes},
    http::{
        HeaderValue, Method, Request, StatusCode,
        header::{CONTENT_TYPE, LOCATION},
    },
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use kymo::{
    Telemetry,
    http_client::{MeasuredClient, UrlTemplate},
};
use tokio::time::{sleep, timeout};
use tower::{Layer, ServiceExt};

use crate::shutdown::Shutdown;

/// Between two requests of one customer.
const PAUSE: Duration = Duration::from_millis(100);

/// How long one waits for an answer before hanging up.
const PATIENCE: Duration = Duration::from_millis(300);

const BOOK: &str = r#"{"title":"Dune","author":"Frank Herbert"}"#;

/// Sends so many of them to the shop, until it stops.
pub(crate) fn send(count: u16, shop: SocketAddr, telemetry: &Telemetry, shutdown: &Shutdown) {
    if count == 0 {
        // Not even the metrics of a client are there.
        return;
    }
    let client = Client::builder(TokioExecutor::new()).build_http();
    let client = telemetry.http_client().layer(client);
    for _ in 0..count {
        let customer = Customer { client: client.clone(), shop };
        let closed = shutdown.clone().requested();
        tokio::spawn(async move {
            tokio::select! {
                () = customer.buy() => {}
                () = closed => {}
            }
        });
    }
}

/// Who buys, reads and returns books, one request after the other.
struct Customer {
    client: MeasuredClient<Client<HttpConnector, Body>>,
    shop: SocketAddr,
}

impl Customer {
    async fn buy(self) {
        loop {
            self.visit().await;
        }
    }

    /// A visit: of 20 requests two fail, one is given up, and one order is refused.
    async fn visit(&self) {
        let Some(book) = self.ask(Method::POST, "/books", "/books", BOOK).await else { return };
        let of_book = "/books/{id}";
        for _ in 0..5 {
            self.ask(Method::GET, &book, of_book, "").await;
        }
        let id = book.trim_start_matches("/books/");
        let order = format!(r#"{{"book":{id},"copies":2}}"#);
        for _ in 0..2 {
            self.ask(Method::POST, "/orders", "/orders", &order).await;
        }
        self.ask(Method::PUT, &book, of_book, BOOK).await;
        for path in [
            "/books",
            "/authors",
            "/bestsellers",
            "/receipt",
            "/ledger",
            "/reviews",
            "/slow?ms=40",
            "/fail",
            "/slow?ms=5000",
            "/fail",
        ] {
            let template = path.split_once('?').map_or(path, |(template, _)| template);
            self.ask(Method::GET, path, template, "").await;
        }
        self.ask(Method::DELETE, &book, of_book, "").await;
    }

    /// Where the answer says that the book is, if it is to be had.
    async fn ask(
        &self,
        method: Method,
        path: &str,
        template: &'static str,
        json: &str,
    ) -> Option<String> {
        sleep(PAUSE).await;
        let request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.shop))
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .extension(UrlTemplate::new(template))
            .body(Body::from(json.to_owned()))
            .ok()?;
        timeout(PATIENCE, self.whole(request)).await.ok()?
    }

    /// The same, once the answer has been read to its end.
    async fn whole(&self, request: Request<Body>) -> Option<String> {
        let (head, body) = self.client.clone().oneshot(request).await.ok()?.into_parts();
        let body = to_bytes(Body::new(body), usize::MAX).await;
        let made = head.headers.get(LOCATION).filter(|_| head.status == StatusCode::CREATED);
        made.filter(|_| body.is_ok())?.to_str().ok().map(str::to_owned)
    }
}
