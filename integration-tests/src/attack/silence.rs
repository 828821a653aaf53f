//! Connections that say or read little.

use std::{
    collections::VecDeque,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

const REQUEST: &[u8] = b"GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n";

/// A thousand a second, of which the last 300 are open.
pub(super) fn churn(target: SocketAddr, over: &AtomicBool) -> u64 {
    let (begun, mut opened, mut open) = (Instant::now(), 0, VecDeque::new());
    while !over.load(Ordering::Relaxed) {
        open.extend(connect(target));
        opened += 1;
        if open.len() > 300 {
            open.pop_front();
        }
        let due = begun + Duration::from_millis(1) * opened;
        thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    opened.into()
}

/// As fast as they are taken, ten thousand at most, of which the last thousand are kept.
pub(super) fn many(target: SocketAddr, over: &AtomicBool) -> u64 {
    let (mut opened, mut open) = (0, VecDeque::new());
    while opened < 10_000 && !over.load(Ordering::Relaxed) {
        open.extend(connect(target));
        opened += 1;
        if open.len() > 1_000 {
            open.pop_front();
        }
    }
    wait(over);
    opened
}

/// Five hundred that send a request byte by byte.
pub(super) fn slow_heads(target: SocketAddr, over: &AtomicBool) -> u64 {
    let mut streams: Vec<_> = (0..500).map(|_| connect(target)).collect();
    let mut tried = streams.len() as u64;
    for position in 0.. {
        for stream in &mut streams {
            let byte = &REQUEST[position % 20..][..1];
            let is_there = stream.as_mut().is_some_and(|stream| stream.write_all(byte).is_ok());
            if !is_there {
                *stream = connect(target);
                tried += 1;
            }
        }
        for _ in 0..20 {
            if over.load(Ordering::Relaxed) {
                return tried;
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
    tried
}

/// Three hundred that ask, and stop when they have the status line.
pub(super) fn stopped_readers(target: SocketAddr, over: &AtomicBool) -> u64 {
    let streams: Vec<_> = (0..300).filter_map(|_| ask(target, &mut [0; 15])).collect();
    wait(over);
    streams.len() as u64
}

/// Three hundred that ask, and read a byte at a time.
pub(super) fn slow_readers(target: SocketAddr, over: &AtomicBool) -> u64 {
    let mut streams: Vec<_> = (0..300).filter_map(|_| ask(target, &mut [0])).collect();
    while !over.load(Ordering::Relaxed) {
        for stream in &mut streams {
            let _ = stream.read(&mut [0]);
        }
        thread::sleep(Duration::from_millis(50));
    }
    streams.len() as u64
}

/// Ask, and are reset before the answer is read.
pub(super) fn resets(target: SocketAddr, over: &AtomicBool) -> u64 {
    let mut tried = 0;
    while !over.load(Ordering::Relaxed) {
        // Where something is left to read, a close is a reset.
        drop(ask(target, &mut [0]));
        tried += 1;
        thread::sleep(Duration::from_millis(2));
    }
    tried
}

/// A connection that asked, and has read the beginning of the answer.
fn ask(address: SocketAddr, beginning: &mut [u8]) -> Option<TcpStream> {
    let mut stream = connect(address)?;
    stream.write_all(REQUEST).ok()?;
    stream.read_exact(beginning).ok()?;
    Some(stream)
}

/// A connection that waits for nothing longer than a moment.
pub(super) fn connect(address: SocketAddr) -> Option<TcpStream> {
    let moment = Duration::from_secs(2);
    let stream = TcpStream::connect_timeout(&address, moment).ok()?;
    stream.set_read_timeout(Some(moment)).ok()?;
    stream.set_write_timeout(Some(moment)).ok()?;
    Some(stream)
}

fn wait(over: &AtomicBool) {
    while !over.load(Ordering::Relaxed) {
        thread::sleep(Duration::from_millis(20));
    }
}
