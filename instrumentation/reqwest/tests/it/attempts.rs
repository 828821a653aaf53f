//! Retries, and a middleware that is there twice.

use std::{sync::Arc, time::Duration};

use axum::http::Extensions;
use reqwest::{Client, Request, Response};
use reqwest_middleware::{ClientBuilder, Middleware, Next, Result};

use crate::{
    client_meters::{ClientMeters, end},
    server::books,
};

/// Asks three times, whatever the answer is; gives each but the last one little time.
struct Thrice;

#[async_trait::async_trait]
impl Middleware for Thrice {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        for _ in 0..2 {
            let again = request.try_clone().unwrap();
            let answer = next.clone().run(again, extensions);
            drop(tokio::time::timeout(Duration::from_millis(100), answer).await);
        }
        next.run(request, extensions).await
    }
}

#[tokio::test]
async fn inside_of_what_retries_each_attempt_is_a_request_also_after_one_that_was_dropped() {
    let address = books().await;
    for (path, status, error) in [("/as/503", "503", "503"), ("/slow", "", "cancelled")] {
        let meters = ClientMeters::new();
        let client =
            ClientBuilder::new(Client::new()).with(Thrice).with(meters.middleware()).build();
        let call = client.get(format!("http://{address}{path}")).send();
        drop(tokio::time::timeout(Duration::from_millis(400), call).await);
        let seen = meters.by("error.type");
        assert_eq!(seen, [(status.to_owned(), "GET".to_owned(), error.to_owned(), 3)]);
    }
}

#[tokio::test]
async fn outside_of_what_retries_the_whole_is_one_request() {
    let address = books().await;
    let meters = ClientMeters::new();
    let client = ClientBuilder::new(Client::new()).with(meters.middleware()).with(Thrice).build();
    client.get(format!("http://{address}/as/503")).send().await.unwrap();
    assert_eq!(meters.the_end(), end(Some("503"), Some("503")));
}

#[tokio::test]
async fn of_two_the_outer_one_measures() {
    let address = books().await;
    let meters = ClientMeters::new();
    let measured = Arc::new(meters.middleware());
    let client = ClientBuilder::new(Client::new()).with_arc(measured.clone()).with_arc(measured);
    let response = client.build().get(format!("http://{address}/length")).send().await.unwrap();
    response.bytes().await.unwrap();
    assert_eq!(meters.the_end(), end(None, Some("200")));
}
