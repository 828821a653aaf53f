//! Prints what attacks on the listener for scrapes cost the requests of the bookshop: how long they take
//! before, while and after each of them, in turns.
//!
//! ```text
//! cargo run -p integration-tests --bin attacks
//! ```

#![allow(clippy::expect_used, reason = "a measurement that cannot go on says why and fails")]

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

use integration_tests::{Bookshop, attack};

/// How long it is quiet, and how long it is not.
const WINDOW: Duration = Duration::from_secs(1);
/// How often each.
const TURNS: usize = 8;

fn main() {
    let shop = Bookshop::start_with(&["--metrics", "127.0.0.1:0"]);
    let application = shop.address().parse().expect("an address");
    let listener = shop.metrics_address().parse().expect("an address");
    println!(
        "| clients | tries | p50, p99 without | p50, p99 with |\n| --- | ---: | ---: | ---: |"
    );
    for attack in attack::OPEN {
        let (mut quiet, mut attacked, mut tries) = (Vec::new(), Vec::new(), 0);
        for _ in 0..TURNS {
            sample(application, &mut quiet);
            let attacking = attack.begin(listener);
            thread::sleep(Duration::from_millis(100));
            sample(application, &mut attacked);
            tries += attacking.end();
            thread::sleep(Duration::from_millis(300));
        }
        println!("| {} | {tries} | {} | {} |", attack.name, shown(quiet), shown(attacked));
    }
}

/// How long requests take, one after the other, in microseconds.
fn sample(application: SocketAddr, times: &mut Vec<u64>) {
    let mut stream = TcpStream::connect(application).expect("the application");
    stream.set_nodelay(true).expect("a socket");
    let until = Instant::now() + WINDOW;
    while Instant::now() < until {
        let begun = Instant::now();
        stream.write_all(b"GET /books HTTP/1.1\r\nHost: shop\r\n\r\n").expect("to be sent");
        let mut answer = [0; 4096];
        let len = stream.read(&mut answer).expect("an answer");
        assert!(answer[..len].starts_with(b"HTTP/1.1 200"), "of the application");
        times.push(begun.elapsed().as_micros().try_into().unwrap_or(u64::MAX));
        thread::sleep(Duration::from_micros(500));
    }
}

/// The median and the 99th percentile.
fn shown(mut times: Vec<u64>) -> String {
    times.sort_unstable();
    let at = |part: usize| times.get(times.len() * part / 100).copied().unwrap_or(0);
    format!("{} µs, {} µs", at(50), at(99))
}
