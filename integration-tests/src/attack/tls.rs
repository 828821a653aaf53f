//! Clients that do not get past TLS.

use std::{
    collections::VecDeque,
    io::Write,
    net::SocketAddr,
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use super::{silence::connect, talk::send, together};

/// Five hundred a second that begin a handshake and go no further, of which the last 300 are open.
pub(super) fn stopped_handshakes(target: SocketAddr, over: &AtomicBool) -> u64 {
    let (mut tried, mut open) = (0, VecDeque::new());
    while !over.load(Ordering::Relaxed) {
        let mut stream = connect(target);
        if let Some(stream) = &mut stream {
            // The beginning of a record that announces half a kilobyte.
            let _ = stream.write_all(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
        }
        open.push_back(stream);
        tried += 1;
        if open.len() > 300 {
            open.pop_front();
        }
        thread::sleep(Duration::from_millis(2));
    }
    tried
}

/// Whatever is no TLS.
pub(super) fn noise(target: SocketAddr, over: &AtomicBool) -> u64 {
    let noise: Vec<u8> =
        (0..20_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    together(4, over, || {
        send(target, b"GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n");
        send(target, &noise);
    })
}

/// Whole handshakes, but for the certificate that the listener asks for.
pub(super) fn without_certificate(target: SocketAddr, over: &AtomicBool) -> u64 {
    let url = format!("https://{target}/metrics");
    together(3, over, || {
        let mut curl = Command::new("curl");
        curl.args(["-s", "-k", "-m", "5", "-u", "prometheus:guess", &url]).stdout(Stdio::null());
        curl.status().expect("curl is installed");
    })
}
