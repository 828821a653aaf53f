//! A stop that waits for one more scrape.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use kymo_endpoint::Endpoint;

use crate::{Both, Counted, Gate, Up, listener::ask};

/// Asks from a thread of its own.
async fn sent(address: SocketAddr, method: &'static str, path: &'static str) -> String {
    tokio::task::spawn_blocking(move || ask(address, method, path)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_may_wait_for_one_more_scrape() {
    let endpoint = Endpoint::new(Counted::default()).cache_for(Duration::from_secs(600));
    let server = endpoint.serve("127.0.0.1:0").await.unwrap();
    let address = server.local_addr().unwrap();
    assert!(sent(address, "GET", "/metrics").await.ends_with("collection 1\n"));
    let stopping = tokio::spawn(server.shutdown_after_scrape(Duration::from_secs(20)));
    tokio::time::sleep(Duration::from_millis(100)).await;
    for (method, path) in [
        ("GET", "/"),
        ("HEAD", "/metrics"),
        ("GET", "/metrics?name[]=collection"),
        ("POST", "/metrics"),
        ("GET", "/nothing"),
    ] {
        assert!(sent(address, method, path).await.starts_with("HTTP/1.1 "), "{method} {path}");
        assert!(!stopping.is_finished(), "{method} {path} is no scrape of everything");
    }
    let begun = Instant::now();
    let last = sent(address, "GET", "/metrics").await;
    assert!(last.starts_with("HTTP/1.1 200") && !last.ends_with("collection 1\n"), "{last}");
    assert!(stopping.await.unwrap(), "it came");
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert!(std::net::TcpStream::connect(address).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scrape_that_began_before_is_not_the_last() {
    let gate = Gate::default();
    let server = Endpoint::new(Both(gate.clone(), Up)).serve("127.0.0.1:0").await.unwrap();
    let address = server.local_addr().unwrap();
    let before = tokio::spawn(sent(address, "GET", "/metrics"));
    tokio::time::sleep(Duration::from_millis(100)).await;
    let stopping = tokio::spawn(server.shutdown_after_scrape(Duration::from_secs(20)));
    tokio::time::sleep(Duration::from_millis(100)).await;
    gate.open();
    assert!(before.await.unwrap().starts_with("HTTP/1.1 200"));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!stopping.is_finished());
    assert!(sent(address, "GET", "/metrics").await.starts_with("HTTP/1.1 200"));
    assert!(stopping.await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scrape_that_never_comes_is_waited_for_no_longer_than_told() {
    let server = Endpoint::new(Up).serve("127.0.0.1:0").await.unwrap();
    let begun = Instant::now();
    assert!(!server.shutdown_after_scrape(Duration::from_millis(300)).await);
    assert!((300..5_000).contains(&begun.elapsed().as_millis()));
}
