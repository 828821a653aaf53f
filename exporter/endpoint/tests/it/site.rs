use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::Router;
use bytes::Bytes;
use http::Response;
use kymo_endpoint::{Access, Endpoint, Server, Site};

use crate::{Up, access::curl::Curl};

/// A page that counts those who see it.
fn counted() -> (Site, Arc<AtomicUsize>) {
    let seen = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&seen);
    let site = Site::new(move |request| {
        counted.fetch_add(1, Ordering::Relaxed);
        let query = request.uri.query().unwrap_or_default().to_owned();
        let mut response = Response::new(Bytes::from(format!("seen {query}\n")));
        response.headers_mut().insert("content-type", "text/plain".parse().unwrap());
        response
    });
    (site, seen)
}

async fn listen(access: Access, site: Site) -> Server {
    let endpoint = Endpoint::new(Up).access(access).unwrap().beside("/live", site);
    endpoint.serve("127.0.0.1:0").await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_beside_the_metrics_is_on_the_listener_for_those_who_may_scrape() {
    let (site, seen) = counted();
    let server = listen(Access::new().bearer_token("the-right-token"), site).await;
    let url = |path: &str| format!("http://{}{path}", server.local_addr().unwrap());
    assert_eq!(Curl::new(&url("/live")).status().await, 401);
    let wrong = ["-H", "Authorization: Bearer another"];
    assert_eq!(Curl::new(&url("/live")).args(wrong).status().await, 401);
    assert_eq!(seen.load(Ordering::Relaxed), 0, "nobody looked who was not let in");
    let known = ["-H", "Authorization: Bearer the-right-token"];
    let got = Curl::new(&url("/live?since=7")).args(known).get().await;
    assert_eq!((got.status, got.body.as_str()), (200, "seen since=7\n"), "{got:?}");
    assert!(got.head.contains("content-type: text/plain"), "{got:?}");
    let head = Curl::new(&url("/live")).args(known).args(["-I"]).get().await;
    assert_eq!(head.status, 200);
    assert_eq!(Curl::new(&url("/live")).args(known).args(["-X", "POST"]).status().await, 405);
    assert_eq!(Curl::new(&url("/live/")).args(known).status().await, 404);
    let overview = Curl::new(&url("/")).args(known).get().await;
    assert!(overview.body.contains("<a href=\"/live\">"), "{overview:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_beside_the_metrics_has_their_rules_in_a_router_too() {
    let (site, seen) = counted();
    let gate = Access::new().bearer_token("the-right-token").enforce().unwrap();
    let app = Router::new().route_service("/live", site.behind(&gate));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/live", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    assert_eq!(Curl::new(&url).status().await, 401);
    assert_eq!(seen.load(Ordering::Relaxed), 0);
    let token = ["-H", "Authorization: Bearer the-right-token"];
    assert_eq!(Curl::new(&url).args(token).get().await.body, "seen \n");
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_no_page_beside_the_metrics_unless_somebody_brings_one() {
    let server = Endpoint::new(Up).serve("127.0.0.1:0").await.unwrap();
    let url = |path: &str| format!("http://{}{path}", server.local_addr().unwrap());
    assert_eq!(Curl::new(&url("/live")).status().await, 404);
    assert!(!Curl::new(&url("/")).get().await.body.contains("/live"));
}
