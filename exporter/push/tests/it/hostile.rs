//! Receivers that never stop sending.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use kymo_push::{Destination, FlushError};

use crate::{LONG, NEVER, Service, grpc, http, stop::futures_executor};

const TIMEOUT: Duration = Duration::from_millis(500);
/// The time that a busy machine may take on top.
const MARGIN: Duration = Duration::from_secs(1);

/// Bytes that are sent once, and bytes that are sent without end after them.
#[derive(Clone, Copy)]
struct Flood(&'static [u8], &'static [u8]);

const CONTINUE: Flood = Flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n");
const HEADERS: Flood = Flood(b"HTTP/1.1 200 OK\r\n", b"x-more: and more\r\n");
const BODY: Flood =
    Flood(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"4\r\nmore\r\n");
const REFUSAL: Flood =
    Flood(b"HTTP/1.1 400 Bad Request\r\ntransfer-encoding: chunked\r\n\r\n", b"4\r\nmore\r\n");
const TRAILERS: Flood =
    Flood(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n", b"x-more: and more\r\n");

/// The settings of a server of HTTP/2, which are none.
const PREFACE: &[u8] = b"\0\0\0\x04\0\0\0\0\0";
const PING: Flood = Flood(PREFACE, b"\0\0\x08\x06\0\0\0\0\0kymokymo");
const SETTINGS: Flood = Flood(PREFACE, PREFACE);
/// `:status: 200` and the kind of gRPC.
const MESSAGES: Flood = Flood(
    b"\0\0\0\x04\0\0\0\0\0\0\0\x14\x01\x04\0\0\0\x01\x88\x0f\x10\x10application/grpc",
    b"\0\0\x05\0\0\0\0\0\x01\0\0\0\0\0",
);
const CONTINUATION: Flood = Flood(
    b"\0\0\0\x04\0\0\0\0\0\0\0\x01\x01\0\0\0\0\x01\x88",
    b"\0\0\x06\x09\0\0\0\0\x01\0\x01a\x02bc",
);

/// Floods whoever connects, and takes whatever is sent to it.
fn receiver(flood: Flood) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for connection in listener.incoming() {
            let connection = connection.unwrap();
            let mut reading = connection.try_clone().unwrap();
            thread::spawn(move || {
                let mut dropped = [0; 1 << 14];
                while matches!(reading.read(&mut dropped), Ok(1..)) {}
            });
            thread::spawn(move || send(connection, flood));
        }
    });
    address
}

/// Sends until the other side hangs up, or for as long as no test waits.
fn send(mut connection: TcpStream, Flood(once, again): Flood) {
    let many = again.repeat((1 << 16) / again.len());
    let end = Instant::now() + LONG;
    let mut sent = connection.write_all(once);
    while sent.is_ok() && Instant::now() < end {
        sent = connection.write_all(&many);
    }
}

fn over_http(flood: Flood) -> Destination {
    http(format!("http://{}/v1/metrics", receiver(flood)))
}

fn over_grpc(flood: Flood) -> Destination {
    grpc(format!("http://{}", receiver(flood)))
}

/// A flood takes a processor, and there may be few: one after the other.
fn alone<T>(act: impl FnOnce() -> T) -> T {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    act()
}

#[track_caller]
fn in_time(act: impl FnOnce() -> Result<(), FlushError>) {
    let started = Instant::now();
    let error = act().unwrap_err();
    let took = started.elapsed();
    assert!(took < TIMEOUT + MARGIN, "{took:?}: {error}");
}

/// Flushes and stops of such a push wait no longer than they were told to.
#[track_caller]
fn costs_no_more_than_its_time_out(destination: &Destination) {
    alone(|| {
        let service = Service::new(destination, NEVER);
        service.jobs.add(1, &[]);
        in_time(|| service.push.flush(TIMEOUT));
        in_time(|| futures_executor(service.push.flush_async(TIMEOUT)));
        in_time(|| futures_executor(service.push.stop_async(TIMEOUT)));

        let service = Service::new(destination, NEVER);
        service.jobs.add(1, &[]);
        in_time(|| service.push.stop(TIMEOUT));

        let service = Service::new(&destination.clone().timeout(TIMEOUT), NEVER);
        service.jobs.add(1, &[]);
        in_time(|| service.push.flush(LONG));
    });
}

#[test]
fn interim_answers_without_end_cost_no_more_than_the_time_out() {
    costs_no_more_than_its_time_out(&over_http(CONTINUE));
}

#[test]
fn headers_without_end_cost_no_more_than_the_time_out() {
    costs_no_more_than_its_time_out(&over_http(HEADERS));
}

#[test]
fn a_body_without_end_costs_no_more_than_the_time_out() {
    costs_no_more_than_its_time_out(&over_http(BODY));
    costs_no_more_than_its_time_out(&over_http(REFUSAL));
}

#[test]
fn trailers_without_end_cost_no_more_than_the_time_out() {
    costs_no_more_than_its_time_out(&over_http(TRAILERS));
}

#[test]
fn pings_without_end_cost_no_more_than_the_time_out() {
    costs_no_more_than_its_time_out(&over_grpc(PING));
}

#[test]
fn settings_without_end_cost_no_more_than_the_time_out() {
    costs_no_more_than_its_time_out(&over_grpc(SETTINGS));
}

#[test]
fn messages_without_end_cost_no_more_than_the_time_out() {
    costs_no_more_than_its_time_out(&over_grpc(MESSAGES));
}

#[test]
fn continuations_without_end_cost_no_more_than_the_time_out() {
    costs_no_more_than_its_time_out(&over_grpc(CONTINUATION));
}
