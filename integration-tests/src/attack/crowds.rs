//! Clients that ask for what there is, too often.

use std::{
    io::{Read, Write},
    net::SocketAddr,
    sync::atomic::AtomicBool,
};

use super::{silence::connect, together};

/// Fifty that scrape in a loop.
pub(super) fn scrapers(target: SocketAddr, over: &AtomicBool) -> u64 {
    together(50, over, || get(target, "/metrics"))
}

/// Twenty that name as many families as they may, of which there is none.
pub(super) fn names(target: SocketAddr, over: &AtomicBool) -> u64 {
    let names: Vec<_> = (0..100).map(|n| format!("name[]=nothing_{n}")).collect();
    let path = format!("/metrics?{}", names.join("&"));
    together(20, over, || get(target, &path))
}

/// Twenty that look at the page for humans in a loop.
pub(super) fn lookers(target: SocketAddr, over: &AtomicBool) -> u64 {
    together(20, over, || get(target, "/"))
}

fn get(address: SocketAddr, path: &str) {
    if let Some(mut stream) = connect(address) {
        let request = format!("GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
        let mut answer = Vec::new();
        let _ = stream.write_all(request.as_bytes());
        let _ = stream.read_to_end(&mut answer);
    }
}
