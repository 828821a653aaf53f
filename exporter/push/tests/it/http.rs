//! OTLP/HTTP.

use std::time::Duration;

use kymo_push::{Compression, FlushError};

use crate::{
    LONG, NEVER, Service, http,
    receiver::{Answer, Receiver},
};

#[test]
fn what_is_measured_arrives_with_the_headers_once() {
    let receiver = Receiver::start([Answer::Accept]);
    let destination = http(format!("http://{}/some/where?tenant=1", receiver.address))
        .headers([("x-tenant", "first"), ("Authorization", "Bearer a%20b")])
        .header("x-tenant", "second");
    let service = Service::new(&destination, NEVER);
    service.jobs.add(3, &[]);
    service.push.flush(LONG).unwrap();

    let arrived = receiver.arrived();
    assert_eq!(arrived.len(), 1);
    assert_eq!(arrived[0].sum("jobs"), Some(3));
    assert_eq!(arrived[0].path, "/some/where");
    assert_eq!(arrived[0].header("x-tenant"), ["second"]);
    assert_eq!(arrived[0].header("authorization"), ["Bearer a%20b"]);
    let agent = concat!("kymo-otlp-exporter-rust/", env!("CARGO_PKG_VERSION"));
    assert_eq!(arrived[0].header("user-agent"), [agent]);
    assert!(arrived[0].header("content-encoding").is_empty());
}

#[test]
fn what_is_compressed_is_the_same() {
    for (compression, encoding) in [(Compression::Gzip, "gzip"), (Compression::Zstd, "zstd")] {
        let receiver = Receiver::start([Answer::Status(503, Some("0")), Answer::Accept]);
        let destination = http(receiver.http()).compression(compression);
        let service = Service::new(&destination, NEVER);
        service.jobs.add(3, &[]);
        service.push.flush(LONG).unwrap();

        let arrived = receiver.arrived();
        assert_eq!(arrived.len(), 2);
        for arrived in arrived {
            assert_eq!(arrived.header("content-encoding"), [encoding]);
            assert_eq!(arrived.sum("jobs"), Some(3));
        }
    }
}

#[test]
fn a_throttled_export_waits_as_long_as_it_was_asked_to() {
    let receiver = Receiver::start([Answer::Status(503, Some("1")), Answer::Accept]);
    let service = Service::new(&http(receiver.http()), NEVER);
    service.jobs.add(1, &[]);
    service.push.flush(LONG).unwrap();

    let arrived = receiver.arrived();
    assert_eq!(arrived.len(), 2);
    assert_eq!(arrived[0].request, arrived[1].request);
    assert!(arrived[1].at - arrived[0].at >= Duration::from_secs(1));
}

#[test]
fn a_wait_beyond_the_time_out_is_not_begun() {
    let receiver = Receiver::start([Answer::Status(429, Some("3600"))]);
    let service = Service::new(&http(receiver.http()), NEVER);
    service.jobs.add(1, &[]);
    let error = service.push.flush(LONG).unwrap_err();
    assert!(matches!(&error, FlushError::Failed { kind, .. } if kind == "429"), "{error}");
    assert_eq!(receiver.arrived().len(), 1);
}

#[test]
fn what_will_not_pass_is_not_tried_again() {
    for code in [301, 400, 401, 404, 500] {
        let receiver = Receiver::start([Answer::Status(code, None)]);
        let service = Service::new(&http(receiver.http()), NEVER);
        service.jobs.add(1, &[]);
        let error = service.push.flush(LONG).unwrap_err().to_string();
        assert!(error.contains(&format!("HTTP status {code}: as told")), "{error}");
        assert_eq!(receiver.arrived().len(), 1, "{code}");
    }
}

#[test]
fn a_connection_closed_midway_is_tried_again() {
    let receiver = Receiver::start([Answer::Close, Answer::Close, Answer::Accept]);
    let service = Service::new(&http(receiver.http()), NEVER);
    service.jobs.add(1, &[]);
    service.push.flush(LONG).unwrap();
    assert_eq!(receiver.arrived().len(), 1);
    assert_eq!(receiver.told(), 3);
}

#[test]
fn a_collector_that_restarts_is_found_again() {
    let receiver = Receiver::start([Answer::Accept]);
    let service = Service::new(&http(receiver.http()), NEVER);
    service.jobs.add(1, &[]);
    service.push.flush(LONG).unwrap();
    let address = receiver.address;
    drop(receiver);
    let receiver = Receiver::with(address, None, [Answer::Accept]);
    service.push.flush(LONG).unwrap();
    assert_eq!(receiver.arrived().len(), 1);
}

#[test]
fn points_that_were_refused_are_a_failure_with_its_reason() {
    let receiver = Receiver::start([Answer::Partial(1)]);
    let service = Service::new(&http(receiver.http()), NEVER);
    service.jobs.add(1, &[]);
    let error = service.push.flush(LONG).unwrap_err();
    let FlushError::Failed { kind, reason } = &error else { panic!("{error}") };
    assert_eq!(kind, "rejected");
    assert_eq!(reason, "1 data points were refused: too old");
    assert_eq!(receiver.arrived().len(), 1);
}

#[test]
fn an_endless_answer_is_cut_off() {
    let receiver = Receiver::start([Answer::Long(5 << 20)]);
    let service = Service::new(&http(receiver.http()), NEVER);
    service.jobs.add(1, &[]);
    let error = service.push.flush(LONG).unwrap_err();
    assert!(matches!(&error, FlushError::Failed { kind, .. } if kind == "too_large"), "{error}");
}
