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
async fn a_stop_changes_nothing_for_those_who_scrape_elsewhere() {
    let counted = Counted::default();
    let endpoint = Endpoint::new(counted.clone()).cache_for(Duration::from_secs(600));
    let (stopped, other) = (
        endpoint.serve("127.0.0.1:0").await.unwrap(),
        endpoint.serve("127.0.0.1:0").await.unwrap(),
    );
    assert!(sent(other.local_addr().unwrap(), "GET", "/metrics").await.ends_with("collection 1\n"));
    let address = stopped.local_addr().unwrap();
    let stopping = tokio::spawn(stopped.shutdown_after_scrape(Duration::from_secs(20)));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(sent(other.local_addr().unwrap(), "GET", "/metrics").await.ends_with("collection 1\n"));
    assert!(sent(address, "GET", "/metrics").await.ends_with("collection 2\n"), "it is newer");
    assert!(stopping.await.unwrap());
    for _ in 0..3 {
        assert!(
            sent(other.local_addr().unwrap(), "GET", "/metrics").await.ends_with("collection 2\n")
        );
    }
    assert_eq!(counted.begun(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scrape_under_way_when_the_time_ends_is_the_last() {
    let gate = Gate::default();
    let server = Endpoint::new(Both(gate.clone(), Up)).serve("127.0.0.1:0").await.unwrap();
    let address = server.local_addr().unwrap();
    let stopping = tokio::spawn(server.shutdown_after_scrape(Duration::from_millis(400)));
    tokio::time::sleep(Duration::from_millis(200)).await;
    let last = tokio::spawn(sent(address, "GET", "/metrics"));
    tokio::time::sleep(Duration::from_millis(400)).await;
    gate.open();
    let last = last.await.unwrap();
    assert!(last.starts_with("HTTP/1.1 200") && last.ends_with("up 1\n"), "{last}");
    assert!(stopping.await.unwrap(), "it came");
}

/// Waits until nobody listens at `address`.
async fn is_free(address: SocketAddr) {
    let begun = Instant::now();
    while std::net::TcpStream::connect(address).is_ok() {
        assert!(begun.elapsed() < Duration::from_secs(5), "somebody listens");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_that_nobody_waits_for_any_more_has_ended() {
    let server = Endpoint::new(Up).serve("127.0.0.1:0").await.unwrap();
    let address = server.local_addr().unwrap();
    let stop = server.shutdown_after_scrape(Duration::MAX);
    assert!(tokio::time::timeout(Duration::from_millis(100), stop).await.is_err());
    is_free(address).await;

    let gate = Gate::default();
    let server = Endpoint::new(gate.clone()).serve("127.0.0.1:0").await.unwrap();
    let scrape = tokio::spawn(sent(server.local_addr().unwrap(), "GET", "/metrics"));
    tokio::time::sleep(Duration::from_millis(100)).await;
    let stop = server.shutdown(Duration::MAX);
    assert!(tokio::time::timeout(Duration::from_millis(100), stop).await.is_err());
    let cut = tokio::time::timeout(Duration::from_secs(5), scrape).await;
    assert_eq!(cut.expect("the connection has ended").unwrap(), "");
    gate.open();
}

#[test]
fn a_stop_ends_with_the_runtime_it_was_wanted_in() {
    let runtime = || tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (made_in, elsewhere) = (runtime(), runtime());
    let server = made_in.block_on(Endpoint::new(Up).serve("127.0.0.1:0")).unwrap();
    let address = server.local_addr().unwrap();
    let stopping = elsewhere.spawn(server.shutdown_after_scrape(Duration::MAX));
    std::thread::sleep(Duration::from_millis(100));
    assert!(!stopping.is_finished());
    drop(made_in);
    elsewhere.block_on(async {
        let ended = tokio::time::timeout(Duration::from_secs(5), stopping).await;
        assert!(!ended.expect("it has ended").unwrap(), "nobody came");
        is_free(address).await;
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scrape_that_never_comes_is_waited_for_no_longer_than_told() {
    let server = Endpoint::new(Up).serve("127.0.0.1:0").await.unwrap();
    let begun = Instant::now();
    assert!(!server.shutdown_after_scrape(Duration::from_millis(300)).await);
    assert!((300..5_000).contains(&begun.elapsed().as_millis()));
}
