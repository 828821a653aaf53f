//! The bookshop ends as it should, whoever is still connected.

use std::time::Duration;

use http::Method;
use http_body_util::BodyExt;
use integration_tests::{Bookshop, Signal, Stopped};
use tokio::{io::AsyncWriteExt, net::TcpStream};

/// The time that requests under way are given; nothing else may use it up.
const GRACE: Duration = Duration::from_secs(5);

#[tokio::test]
async fn ctrl_c_and_sigterm_end_it_cleanly() {
    for signal in [Signal::Interrupt, Signal::Terminate] {
        let shop = Bookshop::start();
        assert_eq!(shop.client().get("/books").await.status, 200);
        assert_eq!(shop.files().len(), 1, "one temporary folder");
        let stopped = shop.stop(signal);
        clean(&stopped);
        assert!(stopped.after < GRACE, "{stopped:#?}");
    }
}

#[tokio::test]
async fn its_standard_output_is_the_address_and_nothing_else() {
    let shop = Bookshop::start();
    let address = format!("listening on {}\n", shop.url());
    assert_eq!(shop.stop(Signal::Terminate).standard_output, address);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_under_way_is_answered_first() {
    let shop = Bookshop::start();
    let client = shop.client().clone();
    let slow = tokio::spawn(async move { client.get("/slow?ms=1000").await });
    under_way(&shop).await;
    clean(&shop.stop(Signal::Terminate));
    assert_eq!(slow.await.unwrap().text(), "slept 1000 ms\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn open_event_streams_and_idle_connections_do_not_hold_it() {
    let shop = Bookshop::start();
    let mut events = shop.client().open(Method::GET, "/events").await.unwrap();
    let first = events.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(first, "event: tick\ndata: 1\n\n");
    let _silent = TcpStream::connect(shop.address()).await.unwrap();
    let stopped = shop.stop(Signal::Interrupt);
    clean(&stopped);
    assert!(stopped.after < GRACE, "{stopped:#?}");
    events.collect().await.expect("a proper end of the body");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_never_ends_is_given_up() {
    let shop = Bookshop::start();
    let mut stuck = TcpStream::connect(shop.address()).await.unwrap();
    stuck.write_all(b"GET /slow?ms=600000 HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    under_way(&shop).await;
    let stopped = shop.stop(Signal::Terminate);
    clean(&stopped);
    assert!(stopped.after >= GRACE, "without any grace: {stopped:#?}");
}

/// Until a request is being answered.
async fn under_way(shop: &Bookshop) {
    let look = async || shop.scrape().await.sum("http_server_active_requests", &[]);
    integration_tests::eventually(Duration::from_secs(20), look, |active| *active > 0.5).await;
}

#[track_caller]
fn clean(stopped: &Stopped) {
    assert_eq!(stopped.status.code(), Some(0), "{stopped:#?}");
    assert!(stopped.leftovers.is_empty(), "{stopped:#?}");
}
