//! Clients that leave before the answer.

use std::{process::Command, time::Duration};

use integration_tests::{Bookshop, Scrape, eventually};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const COUNT: &str = "http_server_request_duration_seconds_count";
const ACTIVE: &str = "http_server_active_requests";
const SOON: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_gives_up_is_counted_as_cancelled() {
    let shop = Bookshop::start();
    let url = format!("{}/slow?ms=5000", shop.url());
    let curl = Command::new("curl").args(["--silent", "--max-time", "0.2", &url]).output().unwrap();
    assert_eq!(curl.status.code(), Some(28), "curl ran out of time");

    let slow = [("http_route", "/slow"), ("error_type", "cancelled")];
    let scrape = settled(&shop, |scrape| scrape.sum(COUNT, &slow)).await;
    is(scrape.value(COUNT, &slow), 1);
    is(scrape.sum(COUNT, &[]), 1);
    is(scrape.value(ACTIVE, &[]), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_in_the_middle_of_the_answer_is_counted_as_cancelled() {
    let shop = Bookshop::start();
    let mut client = TcpStream::connect(shop.address()).await.unwrap();
    let request = b"GET /stream?chunks=1000&ms=20 HTTP/1.1\r\nhost: x\r\n\r\n";
    client.write_all(request).await.unwrap();
    let mut seen = Vec::new();
    while !seen.windows(8).any(|window| window == b"chunk 3\n") {
        assert_ne!(client.read_buf(&mut seen).await.unwrap(), 0);
    }
    drop(client);

    let stream = [("http_route", "/stream"), ("error_type", "cancelled")];
    let scrape = settled(&shop, |scrape| scrape.sum(COUNT, &stream)).await;
    is(scrape.value(COUNT, &stream), 1);
    is(scrape.sum(COUNT, &[]), 1);
    is(scrape.value(ACTIVE, &[]), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_counted_as_a_panic() {
    let shop = Bookshop::start();
    assert!(shop.client().try_send(http::Method::GET, "/panic").await.is_err());
    let panic = [("http_route", "/panic"), ("error_type", "panic")];
    let scrape = settled(&shop, |scrape| scrape.sum(COUNT, &panic)).await;
    is(scrape.sum(COUNT, &[]), 1);
    is(scrape.value(ACTIVE, &[]), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_clients_that_leave_at_any_moment_leave_nothing_behind() {
    const CLIENTS: u64 = 200;
    let shop = Bookshop::start();
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        let mut client = TcpStream::connect(shop.address()).await.unwrap();
        let request = b"GET /slow?ms=60000 HTTP/1.1\r\nhost: x\r\n\r\n";
        client.write_all(request).await.unwrap();
        clients.push(client);
    }
    // One that leaves before a busy server has looked at its request has made none.
    settled(&shop, |scrape| scrape.sum(ACTIVE, &[]) / CLIENTS as f64).await;
    let mut leaving = tokio::task::JoinSet::new();
    for (n, client) in (0..).zip(clients) {
        leaving.spawn(async move {
            tokio::time::sleep(Duration::from_millis(n)).await;
            drop(client);
        });
    }
    leaving.join_all().await;
    let slow = [("http_route", "/slow"), ("error_type", "cancelled")];
    let all = |scrape: &Scrape| scrape.sum(COUNT, &slow) / CLIENTS as f64;
    let scrape = settled(&shop, all).await;
    is(scrape.value(COUNT, &slow), CLIENTS);
    is(scrape.value(ACTIVE, &[]), 0);
}

/// The scrape after which what is awaited is whole.
async fn settled(shop: &Bookshop, awaited: impl Fn(&Scrape) -> f64) -> Scrape {
    eventually(SOON, async || shop.scrape().await, |scrape| awaited(scrape) >= 1.0).await
}

#[track_caller]
fn is(value: f64, expected: u64) {
    assert!((value - expected as f64).abs() < f64::EPSILON, "{value}, not {expected}");
}
