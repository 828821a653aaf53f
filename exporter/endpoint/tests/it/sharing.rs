//! Who scrapes at the same time shares one collection and one document.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Waker},
    thread,
    time::{Duration, Instant},
};

use http::{Request, StatusCode};
use http_body_util::BodyExt;
use kymo_endpoint::Endpoint;
use kymo_exposition::{Sink, Source};
use tokio::task::{JoinHandle, JoinSet};
use tower::ServiceExt;

use crate::{Both, Counted, Gate, Large, Up};

/// The status of a scrape, and which collection it shows.
async fn scrape(endpoint: Endpoint) -> (StatusCode, u64) {
    let response = endpoint.oneshot(Request::new(())).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, collection(std::str::from_utf8(&body).unwrap()))
}

/// The number of the collection that a document shows.
fn collection(document: &str) -> u64 {
    let mut lines = document.lines();
    let number = lines.find_map(|line| line.strip_prefix("collection "));
    number.unwrap_or_else(|| panic!("{document}")).parse().unwrap()
}

/// A collection that is under way, and does not end before the gate is opened.
async fn held_up() -> (Endpoint, Counted, Gate, JoinHandle<(StatusCode, u64)>) {
    let (counted, gate) = (Counted::default(), Gate::default());
    let endpoint = Endpoint::new(Both(counted.clone(), gate.clone()));
    let first = tokio::spawn(scrape(endpoint.clone()));
    while counted.begun() < 1 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    (endpoint, counted, gate, first)
}

#[tokio::test]
async fn fifty_scrapes_at_once_are_one_collection_that_began_after_they_asked() {
    let (endpoint, counted, gate, first) = held_up().await;
    let others: JoinSet<_> = (0..50).map(|_| scrape(endpoint.clone())).collect();
    tokio::time::sleep(Duration::from_millis(50)).await;
    gate.open();
    assert_eq!(first.await.unwrap(), (StatusCode::OK, 1));
    for scraped in others.join_all().await {
        assert_eq!(scraped, (StatusCode::OK, 2));
    }
    assert_eq!(counted.begun(), 2);
    assert_eq!(scrape(endpoint).await, (StatusCode::OK, 3), "nothing is kept without a cache");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_and_a_listener_share_too() {
    let (endpoint, counted, gate, first) = held_up().await;
    let server = endpoint.serve("localhost:0").await.unwrap();
    let address = server.local_addr().unwrap();
    let listened = tokio::task::spawn_blocking(move || get(address));
    let mounted = tokio::spawn(scrape(endpoint));
    tokio::time::sleep(Duration::from_millis(200)).await;
    gate.open();
    assert_eq!(first.await.unwrap().1, 1);
    assert_eq!(mounted.await.unwrap().1, 2);
    assert_eq!(collection(&listened.await.unwrap()), 2);
    assert_eq!(counted.begun(), 2);
}

#[tokio::test]
async fn who_gives_up_waiting_costs_no_collection() {
    let (endpoint, counted, gate, first) = held_up().await;
    let mut others: JoinSet<_> = (0..50).map(|_| scrape(endpoint.clone())).collect();
    tokio::time::sleep(Duration::from_millis(20)).await;
    others.shutdown().await;
    gate.open();
    first.await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(counted.begun(), 1);
}

#[tokio::test]
async fn a_cache_hands_out_a_document_again_for_as_long_as_it_was_told() {
    let counted = Counted::default();
    let endpoint = Endpoint::new(counted).cache_for(Duration::from_millis(500));
    let begun = Instant::now();
    assert_eq!(scrape(endpoint.clone()).await.1, 1);
    let again = scrape(endpoint.clone()).await.1;
    assert!(again == 1 || begun.elapsed() >= Duration::from_millis(500));
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert!(scrape(endpoint.clone()).await.1 > again);
}

/// A source that takes its time.
struct Slow(Duration);

impl Source for Slow {
    fn collect(&self, _: &mut dyn Sink) {
        thread::sleep(self.0);
    }
}

#[tokio::test]
async fn who_scrape_in_a_loop_have_a_tenth_of_the_time_after_their_first_second() {
    let takes = Duration::from_millis(10);
    let endpoint = Endpoint::new(Both(Counted::default(), Slow(takes)));
    let (begun, mut last) = (Instant::now(), 0);
    while begun.elapsed() < Duration::from_secs(4) {
        let scrapes: JoinSet<_> = (0..8).map(|_| scrape(endpoint.clone())).collect();
        for (status, number) in scrapes.join_all().await {
            assert_eq!(status, StatusCode::OK);
            last = last.max(number);
        }
    }
    let most = (begun.elapsed() + Duration::from_secs(1)).as_millis() / (10 * takes).as_millis();
    assert!(u128::from(last) <= most + 2, "{last} of {most}");
}

#[tokio::test]
async fn a_thousand_wait_for_one_collection_and_who_comes_after_them_is_told_to_come_again() {
    let (endpoint, counted, gate, first) = held_up().await;
    let ask = || Box::pin(endpoint.clone().oneshot(Request::new(())));
    let mut context = Context::from_waker(Waker::noop());
    let mut waiting: Vec<_> = (0..1024).map(|_| ask()).collect();
    for one in &mut waiting {
        assert!(one.as_mut().poll(&mut context).is_pending());
    }
    for _ in 0..2 {
        let refused = ask().await.unwrap();
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(refused.headers()["retry-after"], "1");
        let said = refused.into_body().collect().await.unwrap().to_bytes();
        assert!(said.starts_with(b"Too many scrapes wait"), "{said:?}");
    }
    // Whoever gives up makes room.
    waiting.truncate(1000);
    let one_more = tokio::spawn(scrape(endpoint.clone()));
    tokio::time::sleep(Duration::from_millis(20)).await;
    gate.open();
    assert_eq!(first.await.unwrap(), (StatusCode::OK, 1));
    assert_eq!(one_more.await.unwrap(), (StatusCode::OK, 2));
    for one in waiting {
        assert_eq!(one.await.unwrap().status(), StatusCode::OK);
    }
    assert_eq!(counted.begun(), 2);
}

/// A source of it may use a runtime of tokio, but none of the program's.
struct Elsewhere;

impl Source for Elsewhere {
    fn collect(&self, sink: &mut dyn Sink) {
        assert!(tokio::runtime::Handle::try_current().is_err(), "a thread of the program");
        Up.collect(sink);
    }
}

#[test]
fn a_mounted_endpoint_waits_for_no_blocking_thread_of_the_program() {
    let busy = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .max_blocking_threads(1)
        .build()
        .unwrap();
    let (release, wait) = std::sync::mpsc::channel::<()>();
    busy.spawn_blocking(move || wait.recv());
    let status = busy.block_on(async {
        let scrape = Endpoint::new(Elsewhere).oneshot(Request::new(()));
        let response = tokio::time::timeout(Duration::from_secs(10), scrape).await;
        response.expect("an answer").unwrap().status()
    });
    assert_eq!(status, StatusCode::OK);
    drop(release);
}

fn get(address: SocketAddr) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_who_scrape_in_a_loop_do_not_keep_prometheus_out() {
    let endpoint = Endpoint::new(Both(Counted::default(), Large));
    let server = endpoint.serve("localhost:0").await.unwrap();
    let address = server.local_addr().unwrap();
    let over = Arc::new(AtomicBool::new(false));
    let crowd = (0..8).map(|_| {
        let over = Arc::clone(&over);
        thread::spawn(move || {
            let mut pages = 0;
            while !over.load(Ordering::Relaxed) {
                pages += u32::from(get(address).ends_with("large 1\n"));
            }
            pages
        })
    });
    let crowd: Vec<_> = crowd.collect();
    let prometheus = move || (0..30).filter(|_| get(address).ends_with("large 1\n")).count();
    let pages = tokio::task::spawn_blocking(prometheus).await.unwrap();
    over.store(true, Ordering::Relaxed);
    let crowd: Vec<_> = crowd.into_iter().map(|one| one.join().unwrap()).collect();
    assert_eq!(pages, 30);
    assert!(crowd.iter().all(|pages| *pages > 0), "{crowd:?}");
}
