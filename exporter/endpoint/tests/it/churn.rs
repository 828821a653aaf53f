//! Connections that come and go, and say nothing.

use std::{
    collections::VecDeque,
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use kymo_endpoint::{Endpoint, Server};
use kymo_exposition::Source;

use crate::{Both, Counted, Large, Up};

/// Opens a thousand connections a second that say nothing, until it is dropped.
struct Churn {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<u32>>,
}

impl Churn {
    fn begin(address: SocketAddr) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&over);
        let thread = thread::spawn(move || {
            let (begun, mut opened, mut open) = (Instant::now(), 0, VecDeque::new());
            while !ended.load(Ordering::Relaxed) {
                open.push_back(TcpStream::connect(address));
                opened += 1;
                if open.len() > 300 {
                    open.pop_front();
                }
                let due = begun + Duration::from_millis(1) * opened;
                thread::sleep(due.saturating_duration_since(Instant::now()));
            }
            opened
        });
        Self { over, thread: Some(thread) }
    }

    /// How many were opened.
    fn end(mut self) -> u32 {
        self.over.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap()
    }
}

/// Whether a scrape over a connection of its own gives the whole document.
fn scrape(address: SocketAddr, last: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let sent =
        stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
    let mut response = String::new();
    sent.and_then(|()| stream.read_to_string(&mut response)).is_ok() && response.ends_with(last)
}

/// How many of forty scrapes are whole while silent connections come and go.
async fn whole(source: impl Source + 'static, last: &'static str) -> usize {
    let server = Endpoint::new(source).serve("localhost:0").await.unwrap();
    let address = server.local_addr();
    let churn = Churn::begin(address);
    let scrapes = move || (0..40).filter(|_| scrape(address, last)).count();
    let whole = tokio::task::spawn_blocking(scrapes).await.unwrap();
    let opened = churn.end();
    assert!(opened > 0);
    whole
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_connections_that_come_and_go_cost_no_small_scrape() {
    assert_eq!(whole(Up, "up 1\n").await, 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_connections_that_come_and_go_cost_no_large_scrape() {
    assert_eq!(whole(Both(Large, Both(Counted::default(), Up)), "up 1\n").await, 40);
}

/// Asks over `stream`, and reads until the document is there.
fn ask_again(stream: &mut TcpStream) {
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
    let (mut answer, mut some) = (Vec::new(), [0; 4096]);
    while !answer.ends_with(b"up 1\n") {
        let len = stream.read(&mut some).unwrap();
        assert_ne!(len, 0, "it was dropped");
        answer.extend_from_slice(&some[..len]);
    }
}

fn is_open(stream: &mut TcpStream) -> bool {
    stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    matches!(stream.read(&mut [0]), Err(error) if error.kind() == ErrorKind::WouldBlock)
}

fn crowd(server: &Server, count: usize) -> Vec<TcpStream> {
    (0..count).map(|_| TcpStream::connect(server.local_addr()).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_was_answered_outlives_those_that_ask_for_nothing() {
    let server = Endpoint::new(Up).serve("localhost:0").await.unwrap();
    let mut prometheus = TcpStream::connect(server.local_addr()).unwrap();
    ask_again(&mut prometheus);
    let mut silent = crowd(&server, 127);
    // A request that is not whole asks for nothing.
    for stream in &mut silent {
        stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: ").unwrap();
    }
    let further = crowd(&server, 200);
    ask_again(&mut prometheus);
    assert!(!is_open(&mut silent[0]));
    // Where all were answered, the one that has been idle for longest goes.
    drop((silent, further));
    thread::sleep(Duration::from_millis(200));
    let mut answered = crowd(&server, 127);
    answered.iter_mut().for_each(ask_again);
    ask_again(&mut crowd(&server, 1)[0]);
    assert!(!is_open(&mut prometheus));
    assert!(answered.iter_mut().all(is_open));
}
