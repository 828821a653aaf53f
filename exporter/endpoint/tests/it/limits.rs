//! A client may send a listener so much, and no more.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use kymo_endpoint::Endpoint;

use crate::Up;

/// The listener's answer to `request`; a reset is an answer cut short.
async fn answer(request: &[u8]) -> String {
    let server = Endpoint::new(Up).serve("localhost:0").await.unwrap();
    let mut stream = TcpStream::connect(server.local_addr().unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    // It may hang up before all of it is sent.
    let _ = stream.write_all(request);
    let (mut answer, mut some) = (Vec::new(), [0; 4096]);
    while let Ok(len @ 1..) = stream.read(&mut some) {
        answer.extend_from_slice(&some[..len]);
    }
    String::from_utf8(answer).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_is_too_long_or_has_too_many_lines_is_refused() {
    let long = format!("GET /metrics HTTP/1.1\r\nHost: x\r\nA: {}\r\n\r\n", "x".repeat(100_000));
    let many = format!("GET /metrics HTTP/1.1\r\nHost: x\r\n{}\r\n", "A: x\r\n".repeat(200));
    for request in [long, many] {
        let answer = answer(request.as_bytes()).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    }
    let usual =
        format!("GET /metrics HTTP/1.1\r\nConnection: close\r\nA: {}\r\n\r\n", "x".repeat(9_000));
    assert!(answer(usual.as_bytes()).await.ends_with("up 1\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_request_is_refused() {
    for request in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"GET /metrics HTTP/1.1\r\nHost : x\r\n\r\n",
        b"GET  /metrics HTTP/1.1\r\n\r\n",
    ] {
        let answer = answer(request).await;
        let served = answer.matches("HTTP/1.1 200").count();
        assert_eq!(served, 0, "{}: {answer}", String::from_utf8_lossy(request));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_inside_the_body_of_another_is_not_answered() {
    for length in ["Transfer-Encoding: chunked\r\nContent-Length: 4", "Content-Length: 40"] {
        let inner = "0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
        let request = format!("GET /metrics HTTP/1.1\r\nHost: x\r\n{length}\r\n\r\n{inner}");
        let answer = answer(request.as_bytes()).await;
        assert!(answer.matches("HTTP/1.1 ").count() <= 1, "{length}: {answer}");
    }
}
