//! Whoever uses a measured client of reqwest sees what it would see without.

use std::{error::Error, net::SocketAddr};

use futures_util::TryStreamExt;
use reqwest::{Client, Response};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};

use crate::{
    client_meters::ClientMeters,
    server::{books, raw},
};

/// All that a response shows of itself.
async fn shown(response: Response) -> Vec<String> {
    let mut headers = response.headers().clone();
    headers.remove("date");
    let head = format!("{:?} {:?} {headers:?}", response.status(), response.version());
    let rest =
        format!("{} {:?} {:?}", response.url(), response.remote_addr(), response.content_length());
    let body = response.bytes_stream().try_collect::<Vec<_>>().await;
    vec![head, rest, format!("{body:?}")]
}

async fn asked(client: &ClientWithMiddleware, address: SocketAddr, path: &str) -> Vec<String> {
    shown(client.get(format!("http://{address}{path}")).send().await.unwrap()).await
}

#[tokio::test]
async fn a_response_shows_what_it_shows_without() {
    let address = books().await;
    let meters = ClientMeters::new();
    let bare = ClientBuilder::new(Client::new()).build();
    for path in ["/length", "/chunked", "/as/204", "/as/418", "/none"] {
        let measured = asked(&meters.client(), address, path).await;
        assert_eq!(measured, asked(&bare, address, path).await, "{path}");
    }
}

#[tokio::test]
async fn an_error_of_a_body_says_what_it_says_without_and_has_two_causes_more() {
    let meters = ClientMeters::new();
    let bare = ClientBuilder::new(Client::new()).build();
    let mut seen = Vec::new();
    for client in [&bare, &meters.client()] {
        let bytes = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nDune";
        let address = raw(bytes, async |stream| drop(stream)).await;
        let response = client.get(format!("http://{address}/")).send().await.unwrap();
        let error = response.bytes().await.unwrap_err().without_url();
        let kinds = (error.is_body(), error.is_decode(), error.is_timeout(), error.is_connect());
        let mut causes = Vec::new();
        let mut cause = error.source();
        while let Some(error) = cause {
            causes.push(error.to_string());
            cause = error.source();
        }
        seen.push((error.to_string(), kinds, causes));
    }
    let [bare, measured] = [seen.remove(0), seen.remove(0)];
    assert_eq!((&bare.0, bare.1), (&measured.0, measured.1));
    assert_eq!(bare.2.last(), measured.2.last(), "what was wrong is still there");
    assert_eq!(measured.2.len(), bare.2.len() + 2);
}
