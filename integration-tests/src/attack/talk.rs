//! Requests that are none, or too many, or too long.

use std::{
    io::{Read, Write},
    net::SocketAddr,
    sync::atomic::AtomicBool,
    thread,
    time::Duration,
};

use super::{silence::connect, together};

/// A hundred requests at once, and no one to read the answers.
pub(super) fn pipelines(target: SocketAddr, over: &AtomicBool) -> u64 {
    let requests = "GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n".repeat(100);
    together(4, over, || {
        let mut stream = connect(target);
        if let Some(stream) = &mut stream {
            let _ = stream.write_all(requests.as_bytes());
        }
        thread::sleep(Duration::from_millis(100));
    })
}

/// A line of a head that does not end.
pub(super) fn huge_heads(target: SocketAddr, over: &AtomicBool) -> u64 {
    let head = format!("GET /metrics HTTP/1.1\r\nA: {}\r\n\r\n", "x".repeat(1024 * 1024));
    together(4, over, || send(target, head.as_bytes()))
}

/// Requests with two lengths, requests in bodies, lines that are no headers, and other protocols.
pub(super) fn shapes(target: SocketAddr, over: &AtomicBool) -> u64 {
    const SHAPES: &[&[u8]] = &[
        b"GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n\
          GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /metrics HTTP/1.1\r\nHost : x\r\n\r\n",
        b"GET  /metrics HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\0\0\0\0\0\0\0\0",
    ];
    together(2, over, || SHAPES.iter().for_each(|shape| send(target, shape)))
}

/// The preface of HTTP/2, and a frame that is none.
pub(super) fn http2(target: SocketAddr, over: &AtomicBool) -> u64 {
    let frames =
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x06\x04\0\0\0\0\0\0\x04\0\0\0\x01\xff\xff\xff\xff";
    together(4, over, || send(target, frames))
}

/// Sends it over a connection of its own, and reads a little of what comes.
pub(super) fn send(address: SocketAddr, bytes: &[u8]) {
    if let Some(mut stream) = connect(address) {
        let _ = stream.set_read_timeout(Some(Duration::from_millis(100)));
        // It may hang up before all of it is sent.
        let _ = stream.write_all(bytes);
        let _ = stream.read(&mut [0; 4096]);
    }
}
