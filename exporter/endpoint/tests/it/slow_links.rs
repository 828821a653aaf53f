//! Readers on slow links.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use kymo_endpoint::Endpoint;
use kymo_exposition::{Family, Kind, Number, Series, Sink, Source, Value};

/// A source of about so many bytes.
struct Page(usize);

impl Source for Page {
    fn collect(&self, sink: &mut dyn Sink) {
        let help = &"x".repeat(self.0);
        sink.family(&Family { name: "page", help, unit: "", kind: Kind::Gauge });
        let value = Value::Number(Number::U64(1), None);
        sink.series(&Series { labels: &[], start_time: None, timestamp: None, value });
    }
}

/// Scrapes as Prometheus does, which waits for 10 s, over a link that carries `rate` bytes a second; whether
/// the page is whole.
fn scrape(address: SocketAddr, rate: f64) -> bool {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let head = b"GET /metrics HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\
                 X-Prometheus-Scrape-Timeout-Seconds: 10\r\n\r\n";
    stream.write_all(head).unwrap();
    let (mut page, mut some, mut begun) = (Vec::new(), [0; 8 * 1024], None);
    loop {
        match stream.read(&mut some) {
            Ok(0) | Err(_) => return page.ends_with(b"page 1\n"),
            Ok(len) => page.extend_from_slice(&some[..len]),
        }
        let due = Duration::from_secs_f64(page.len() as f64 / rate);
        let begun = *begun.get_or_insert_with(Instant::now);
        thread::sleep(due.saturating_sub(begun.elapsed()));
    }
}

/// Two on slow links have pages that they read in `seconds`, while others want theirs all the time.
async fn both_are_done(len: usize, seconds: f64) {
    let server = Endpoint::new(Page(len)).serve("localhost:0").await.unwrap();
    let address = server.local_addr().unwrap();
    let over = Arc::new(AtomicBool::new(false));
    let ended = Arc::clone(&over);
    let slow: Vec<_> = (0..2)
        .map(|_| {
            // Each has a document of its own.
            thread::sleep(Duration::from_millis(200));
            thread::spawn(move || scrape(address, len as f64 / seconds))
        })
        .collect();
    thread::sleep(Duration::from_millis(200));
    let crowd = thread::spawn(move || {
        let mut pages = 0;
        while !ended.load(Ordering::Relaxed) {
            pages += u32::from(scrape(address, f64::INFINITY));
        }
        pages
    });
    let slow: Vec<_> = slow.into_iter().map(|reader| reader.join().unwrap()).collect();
    over.store(true, Ordering::Relaxed);
    assert!(crowd.join().unwrap() > 0);
    assert_eq!(slow, [true, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_will_be_done_with_a_page_in_time_keeps_it() {
    both_are_done(1_300_000, 8.5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_will_be_done_with_a_large_page_in_time_keeps_it() {
    both_are_done(6_000_000, 8.5).await;
}
