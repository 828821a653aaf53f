//! However a request of reqwest ends, it is counted once.

use std::time::Duration;

use kymo_http_client::UrlTemplate;
use tokio::net::TcpListener;

use crate::{
    client_meters::{ClientMeters, end},
    server::{books, raw},
};

#[tokio::test]
async fn a_response_is_over_when_its_body_was_read() {
    let address = books().await;
    for path in ["/length", "/chunked"] {
        let meters = ClientMeters::new();
        let response = meters.client().get(format!("http://{address}{path}")).send().await.unwrap();
        assert_eq!(meters.active(), 1, "until the body has ended");
        assert_eq!(response.text().await.unwrap(), "Dune");
        assert_eq!(meters.the_end(), end(None, Some("200")));
        let request = meters.the_request();
        assert_eq!(request.get("server.address"), Some("127.0.0.1"));
        assert_eq!(request.get("server.port"), Some(address.port().to_string().as_str()));
        assert_eq!(request.get("network.protocol.version"), Some("1.1"));
        assert_eq!(request.get("url.template"), None);
    }
}

#[tokio::test]
async fn http_2_a_template_and_an_odd_method_are_told() {
    let address = books().await;
    let meters = ClientMeters::new();
    let client = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    let client = reqwest_middleware::ClientBuilder::new(client);
    let client = client.with(meters.middleware()).build();
    let request = client
        .request("PURGE".parse().unwrap(), format!("http://localhost:{}/as/200", address.port()))
        .with_extension(UrlTemplate::new("/as/{status}"));
    request.send().await.unwrap();
    let request = meters.the_request();
    assert_eq!(request.get("http.request.method"), Some("_OTHER"));
    assert_eq!(request.get("url.template"), Some("/as/{status}"));
    assert_eq!(request.get("server.address"), Some("localhost"));
    assert_eq!(request.get("network.protocol.version"), Some("2"));
}

#[tokio::test]
async fn a_response_without_a_body_is_over_with_its_head() {
    let address = books().await;
    for (method, path, status) in [
        (reqwest::Method::HEAD, "/length", "200"),
        (reqwest::Method::GET, "/as/204", "204"),
        (reqwest::Method::GET, "/as/304", "304"),
        (reqwest::Method::GET, "/as/200", "200"),
    ] {
        let meters = ClientMeters::new();
        let request = meters.client().request(method, format!("http://{address}{path}"));
        let response = request.send().await.unwrap();
        assert_eq!(meters.the_end(), end(None, Some(status)), "{path}, while it is still there");
        drop(response);
        meters.the_request();
    }
}

#[tokio::test]
async fn an_error_status_is_an_error_whoever_reads_it() {
    let address = books().await;
    for status in ["404", "503"] {
        let meters = ClientMeters::new();
        let request = meters.client().get(format!("http://{address}/as/{status}"));
        request.send().await.unwrap().error_for_status().unwrap_err();
        assert_eq!(meters.the_end(), end(Some(status), Some(status)));
    }
}

#[tokio::test]
async fn a_body_that_nobody_asks_for_is_no_cancellation_and_one_read_in_part_is() {
    let address = books().await;
    for (chunks, error) in [(0, None), (1, Some("cancelled"))] {
        let meters = ClientMeters::new();
        let request = meters.client().get(format!("http://{address}/endless"));
        let mut response = request.send().await.unwrap();
        for _ in 0..chunks {
            response.chunk().await.unwrap().unwrap();
        }
        drop(response);
        assert_eq!(meters.the_end(), end(error, Some("200")));
    }
}

#[tokio::test]
async fn a_caller_that_gives_up_cancels_and_a_time_out_of_the_client_is_one() {
    let address = books().await;
    let patience = Duration::from_millis(50);
    for (path, status) in [("/slow", None), ("/silent", Some("200"))] {
        let uri = format!("http://{address}{path}");
        let meters = ClientMeters::new();
        let call =
            async { meters.client().get(&uri).send().await?.bytes().await.map_err(Into::into) };
        let call: Result<Result<_, reqwest_middleware::Error>, _> =
            tokio::time::timeout(patience, call).await;
        assert!(call.is_err());
        assert_eq!(meters.the_end(), end(Some("cancelled"), status), "{path}");

        let meters = ClientMeters::new();
        let client = meters.client();
        let response = client.get(&uri).timeout(patience).send().await;
        let error = match response {
            Ok(response) => response.bytes().await.unwrap_err(),
            Err(reqwest_middleware::Error::Reqwest(error)) => error,
            Err(other) => panic!("{other}"),
        };
        assert!(error.is_timeout(), "{error:?}");
        assert_eq!(meters.the_end(), end(Some("timeout"), status), "{path}");
    }
}

#[tokio::test]
async fn a_connection_that_fails_says_how() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let cut = raw("", async |stream| drop(stream)).await;
    let odd = raw("SSH-2.0-OpenSSH_9.2\r\n\r\n", async |stream| drop(stream)).await;
    for (uri, error) in [
        (format!("http://{closed}/"), "connection_error"),
        ("http://nowhere.invalid/".to_owned(), "name_resolution_error"),
        (format!("http://{cut}/"), "response_ended"),
        (format!("http://{odd}/"), "_OTHER"),
        ("gopher://example.org/".to_owned(), "_OTHER"),
    ] {
        let meters = ClientMeters::new();
        meters.client().get(&uri).send().await.unwrap_err();
        assert_eq!(meters.the_end(), end(Some(error), None), "{uri}");
    }
}

#[tokio::test]
async fn a_server_that_dies_in_the_body_is_a_body_error() {
    let bytes = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nDune";
    let address = raw(bytes, async |stream| drop(stream)).await;
    let meters = ClientMeters::new();
    let response = meters.client().get(format!("http://{address}/")).send().await.unwrap();
    response.bytes().await.unwrap_err();
    assert_eq!(meters.the_end(), end(Some("body_error"), Some("200")));
}

#[tokio::test]
async fn an_upgrade_is_over_with_its_head_and_opens() {
    let address = books().await;
    let meters = ClientMeters::new();
    let request = meters
        .client()
        .get(format!("http://{address}/socket"))
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    let response = request.send().await.unwrap();
    assert_eq!(meters.the_end(), end(None, Some("101")));
    response.upgrade().await.unwrap();
    assert_eq!(meters.the_end(), end(None, Some("101")));
}
