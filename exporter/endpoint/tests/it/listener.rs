//! Listening by itself.

use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use kymo_endpoint::{Endpoint, ListenError, Server};

use crate::{Gate, Large, Up};

fn get(address: SocketAddr, path: &str) -> String {
    ask(address, "GET", path)
}

pub(crate) fn ask(address: SocketAddr, method: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}

#[tokio::test(flavor = "multi_thread")]
async fn the_listener_serves_the_metrics_path_and_stops() {
    let server = Endpoint::new(Up).serve("localhost:0").await.unwrap();
    let address = server.local_addr().unwrap();
    assert!(get(address, "/metrics").ends_with("# TYPE up gauge\nup 1\n"));
    assert!(get(address, "/").contains("/metrics"));
    assert!(get(address, "/nothing").starts_with("HTTP/1.1 404"));
    server.shutdown(Duration::from_secs(5)).await;
    assert!(TcpStream::connect(address).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_the_handle_leaves_the_listener_running() {
    let server = Endpoint::new(Up).serve("localhost:0").await.unwrap();
    let address = server.local_addr().unwrap();
    drop(server);
    for _ in 0..3 {
        assert!(get(address, "/metrics").contains("up 1"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_waits_for_a_stuck_scrape_no_longer_than_told() {
    let gate = Gate::default();
    let server = Endpoint::new(gate.clone()).serve("localhost:0").await.unwrap();
    let mut stream = TcpStream::connect(server.local_addr().unwrap()).unwrap();
    write!(stream, "GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    server.shutdown(Duration::from_millis(100)).await;
    gate.open();
}

#[tokio::test]
async fn an_address_in_use_is_an_error_that_says_what_to_do() {
    let server = Endpoint::new(Up).serve("localhost:0").await.unwrap();
    let address = server.local_addr().unwrap().to_string();
    let error = Endpoint::new(Up).serve(address.as_str()).await.unwrap_err();
    let ListenError { address: named, source, .. } = &error;
    assert_eq!((named, source.kind()), (&address, ErrorKind::AddrInUse));
    let text = error.to_string();
    assert!(text.contains(&address) && text.contains("Choose another port"), "{text}");
    assert_eq!(format!("{error:?}"), text, "a `main` that returns it prints the sentence");
}

#[tokio::test]
async fn a_nonsensical_address_is_an_error_that_shows_a_good_one() {
    for address in ["9464", "localhost", "localhost:http", "localhost:99999", ""] {
        let error = Endpoint::new(Up).serve(address).await.unwrap_err().to_string();
        assert!(error.contains("such as localhost:9464"), "{error}");
    }
}

#[tokio::test]
async fn whatever_the_standard_library_listens_on_is_an_address() {
    let endpoint = Endpoint::new(Up);
    let loopback = std::net::Ipv4Addr::LOCALHOST;
    endpoint.serve(("localhost", 0)).await.unwrap();
    endpoint.serve(("localhost".to_owned(), 0)).await.unwrap();
    endpoint.serve("localhost:0".to_owned()).await.unwrap();
    endpoint.serve((loopback, 0)).await.unwrap();
    endpoint.serve(SocketAddr::from((loopback, 0))).await.unwrap();
    let several = [SocketAddr::from((loopback, 0)), SocketAddr::from((loopback, 0))];
    endpoint.serve(&several[..]).await.unwrap();
    endpoint.serve(several.to_vec()).await.unwrap();
    endpoint.serve(("127.0.0.1", 0)).await.unwrap();
    endpoint.serve((std::net::IpAddr::from(loopback), 0)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_listener_answers_get_and_head_and_says_so() {
    let server = Endpoint::new(Up).serve("localhost:0").await.unwrap();
    for path in ["/", "/metrics"] {
        let (got, head) = (
            ask(server.local_addr().unwrap(), "GET", path),
            ask(server.local_addr().unwrap(), "HEAD", path),
        );
        assert!(head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"), "{head}");
        let length = |response: &str| {
            let mut lines = response.lines();
            lines.find_map(|line| line.strip_prefix("content-length: ").map(str::to_owned)).unwrap()
        };
        let body = got.split_once("\r\n\r\n").unwrap().1;
        assert_eq!(length(&got), body.len().to_string(), "{path}");
        if path == "/metrics" {
            assert_eq!(length(&head), length(&got));
        }
        for (method, status) in [("POST", 405), ("PUT", 405), ("DELETE", 405), ("OPTIONS", 204)] {
            let response = ask(server.local_addr().unwrap(), method, path);
            let status = format!("HTTP/1.1 {status}");
            assert!(response.starts_with(&status), "{method} {path}: {response}");
            let allow = "allow: GET, HEAD, OPTIONS\r\n";
            assert!(response.contains(allow), "{method} {path}: {response}");
        }
    }
    let response = ask(server.local_addr().unwrap(), "OPTIONS", "*");
    assert!(response.starts_with("HTTP/1.1 204"), "{response}");
    for method in ["GET", "HEAD", "POST", "OPTIONS"] {
        for path in ["/nothing", "/metrics/", "//"] {
            let response = ask(server.local_addr().unwrap(), method, path);
            assert!(response.starts_with("HTTP/1.1 404"), "{method} {path}: {response}");
            assert_eq!(response.ends_with("\r\n\r\n"), method == "HEAD", "{response}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_a_server_has_options_and_no_page() {
    let server = Endpoint::new(Up).serve("localhost:0").await.unwrap();
    for (method, status) in [("OPTIONS", "204"), ("GET", "404"), ("HEAD", "404"), ("POST", "404")] {
        let answer = ask(server.local_addr().unwrap(), method, "*");
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{method}: {answer}");
        assert!(!answer.contains("up 1"), "{method}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_ends_its_connection() {
    let server = Endpoint::new(Up).serve("localhost:0").await.unwrap();
    let mut stream = TcpStream::connect(server.local_addr().unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(b"HEAD /metrics HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert!(response.contains("connection: close\r\n"), "{response}");
}

/// The connections that a listener has room for.
const ROOM: usize = 128;

/// Connects as many times as the listener has room for.
fn crowd(server: &Server) -> Vec<TcpStream> {
    (0..ROOM).map(|_| TcpStream::connect(server.local_addr().unwrap()).unwrap()).collect()
}

/// Asks for the metrics until they are served, as a scraper does, for ten seconds at most.
fn scrape(server: &Server) -> String {
    let start = Instant::now();
    loop {
        let mut stream = TcpStream::connect(server.local_addr().unwrap()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.write_all(GET).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        if response.starts_with("HTTP/1.1 200") || start.elapsed() > Duration::from_secs(10) {
            return response;
        }
    }
}

const GET: &[u8] = b"GET /metrics HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn silent_connections_do_not_lock_a_scraper_out() {
    let server = Endpoint::new(Up).serve("localhost:0").await.unwrap();
    let mut silent = crowd(&server);
    assert!(scrape(&server).ends_with("up 1\n"));
    silent[0].set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    assert!(matches!(silent[0].read(&mut [0]), Ok(0)), "the oldest makes room");
    silent[ROOM - 1].set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let open = silent[ROOM - 1].read(&mut [0]).unwrap_err().kind();
    assert_eq!(open, ErrorKind::WouldBlock, "a younger one stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_do_not_read_do_not_lock_a_scraper_out() {
    let server = Endpoint::new(Large).serve("localhost:0").await.unwrap();
    let mut deaf = crowd(&server);
    for stream in &mut deaf {
        stream.write_all(GET).unwrap();
    }
    for stream in &deaf {
        let mut status = [0; 12];
        stream.peek(&mut status).unwrap();
        assert_eq!(&status, b"HTTP/1.1 200");
    }
    assert!(scrape(&server).ends_with("large 1\n"));
    drop(deaf);
}

#[test]
fn a_scrape_waits_neither_for_the_tasks_nor_for_the_blocking_threads_of_the_program() {
    let busy = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .worker_threads(1)
        .max_blocking_threads(1)
        .build()
        .unwrap();
    let server = busy.block_on(Endpoint::new(Up).serve("localhost:0")).unwrap();
    let (release, wait) = std::sync::mpsc::channel::<()>();
    let (release_task, wait_task) = std::sync::mpsc::channel::<()>();
    busy.spawn_blocking(move || wait.recv());
    busy.spawn(async move { wait_task.recv() });
    std::thread::sleep(Duration::from_millis(50));
    let mut stream = TcpStream::connect(server.local_addr().unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(GET).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert!(response.ends_with("up 1\n"), "{response}");
    drop((release, release_task));
    busy.shutdown_background();
}

#[test]
fn a_listener_ends_with_the_runtime_it_was_made_in() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = runtime.block_on(Endpoint::new(Up).serve("localhost:0")).unwrap();
    let address = server.local_addr().unwrap();
    assert!(get(address, "/metrics").contains("up 1"));
    drop(runtime);
    let start = Instant::now();
    while TcpStream::connect(address).is_ok() {
        assert!(start.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_shutdown_no_connection_is_open() {
    let gate = Gate::default();
    let server = Endpoint::new(gate.clone()).serve("localhost:0").await.unwrap();
    let mut stream = TcpStream::connect(server.local_addr().unwrap()).unwrap();
    stream.write_all(GET).unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    server.shutdown(Duration::from_millis(100)).await;
    stream.set_nonblocking(true).unwrap();
    let closed = stream.read(&mut [0]);
    gate.open();
    assert!(matches!(closed, Ok(0)), "{closed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_lets_a_scrape_under_way_finish() {
    let gate = Gate::default();
    let server = Endpoint::new(gate.clone()).serve("localhost:0").await.unwrap();
    let mut stream = TcpStream::connect(server.local_addr().unwrap()).unwrap();
    stream.write_all(GET).unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let stopping = tokio::spawn(server.shutdown(Duration::from_secs(10)));
    tokio::time::sleep(Duration::from_millis(50)).await;
    gate.open();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert!(response.ends_with("up 1\n"), "{response}");
    stopping.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_waits_for_no_request_that_is_not_whole() {
    let server = Endpoint::new(Up).serve("localhost:0").await.unwrap();
    let mut streams: Vec<_> =
        (0..2).map(|_| TcpStream::connect(server.local_addr().unwrap()).unwrap()).collect();
    streams[0].write_all(b"GET /metrics HTTP/1.1\r\nHost: ").unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let stopping = Instant::now();
    server.shutdown(Duration::from_secs(10)).await;
    let took = stopping.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
    for stream in &mut streams {
        assert!(!matches!(stream.read(&mut [0]), Ok(1..)));
    }
}

#[tokio::test]
async fn listening_for_what_nobody_can_scrape_is_an_error_that_says_so() {
    let error = Endpoint::disabled().serve("localhost:0").await.unwrap_err();
    assert!(error.to_string().contains("without `.prometheus()`"), "{error}");
}

#[test]
fn listening_outside_a_runtime_is_an_error_that_says_so() {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let endpoint = Endpoint::disabled();
    let serving = std::pin::pin!(endpoint.serve("localhost:0"));
    match serving.poll(&mut context) {
        std::task::Poll::Ready(Err(error)) => {
            assert!(error.to_string().contains("inside a tokio runtime"), "{error}");
        }
        other => panic!("{other:?}"),
    }
}
