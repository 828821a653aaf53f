//! OTLP/gRPC.

use std::time::Duration;

use kymo_push::{Compression, FlushError};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::{
    LONG, NEVER, Service, grpc,
    receiver::{Answer, Receiver},
};

#[test]
fn what_is_measured_arrives_with_the_metadata_once() {
    for (compression, expected) in [
        (Compression::None, &[][..]),
        (Compression::Gzip, &["gzip"]),
        (Compression::Zstd, &["zstd"]),
    ] {
        let receiver = Receiver::start([Answer::Accept]);
        let destination =
            grpc(receiver.grpc()).header("X-Tenant", "books").compression(compression);
        let service = Service::new(&destination, NEVER);
        service.jobs.add(3, &[]);
        service.push.flush(LONG).unwrap();

        let arrived = receiver.arrived();
        assert_eq!(arrived.len(), 1);
        assert_eq!(arrived[0].sum("jobs"), Some(3));
        assert_eq!(arrived[0].header("x-tenant"), ["books"]);
        assert_eq!(arrived[0].header("user-agent").len(), 1);
        assert_eq!(arrived[0].header("grpc-encoding"), expected);
    }
}

#[test]
fn an_endpoint_without_a_scheme_is_reached_in_the_clear_if_told_so() {
    let receiver = Receiver::start([Answer::Accept]);
    let destination = grpc(receiver.address.to_string()).insecure(true);
    let service = Service::new(&destination, NEVER);
    service.jobs.add(3, &[]);
    service.push.flush(LONG).unwrap();
    assert_eq!(receiver.arrived()[0].sum("jobs"), Some(3));
}

#[test]
fn an_exhausted_collector_is_asked_again_when_it_said() {
    let details = ErrorDetails::with_retry_info(Some(Duration::from_secs(1)));
    let exhausted = Status::with_error_details(Code::ResourceExhausted, "slow down", details);
    let receiver = Receiver::start([Answer::Grpc(exhausted), Answer::Accept]);
    let service = Service::new(&grpc(receiver.grpc()), NEVER);
    service.jobs.add(1, &[]);
    service.push.flush(LONG).unwrap();

    let arrived = receiver.arrived();
    assert_eq!(arrived.len(), 2);
    assert!(arrived[1].at - arrived[0].at >= Duration::from_secs(1));
}

#[test]
fn an_unavailable_collector_is_asked_again() {
    let receiver = Receiver::start([Answer::Grpc(Status::unavailable("later")), Answer::Accept]);
    let service = Service::new(&grpc(receiver.grpc()), NEVER);
    service.jobs.add(1, &[]);
    service.push.flush(LONG).unwrap();
    assert_eq!(receiver.arrived().len(), 2);
}

#[test]
fn a_call_that_breaks_off_is_tried_again() {
    let receiver = Receiver::start([Answer::Close, Answer::Close, Answer::Accept]);
    let service = Service::new(&grpc(receiver.grpc()), NEVER);
    service.jobs.add(1, &[]);
    service.push.flush(LONG).unwrap();
    assert_eq!(receiver.arrived().len(), 1);
    assert_eq!(receiver.told(), 3);
}

#[test]
fn a_collector_that_restarts_is_found_again() {
    let receiver = Receiver::start([Answer::Accept]);
    let service = Service::new(&grpc(receiver.grpc()), NEVER);
    service.jobs.add(1, &[]);
    service.push.flush(LONG).unwrap();
    let address = receiver.address;
    drop(receiver);
    let receiver = Receiver::with(address, None, [Answer::Accept]);
    service.push.flush(LONG).unwrap();
    assert_eq!(receiver.arrived().len(), 1);
}

#[test]
fn what_will_not_pass_is_not_tried_again() {
    for (status, name) in [
        (Status::permission_denied("no"), "PERMISSION_DENIED"),
        (Status::resource_exhausted("no"), "RESOURCE_EXHAUSTED"),
        (Status::invalid_argument("no"), "INVALID_ARGUMENT"),
    ] {
        let receiver = Receiver::start([Answer::Grpc(status)]);
        let service = Service::new(&grpc(receiver.grpc()), NEVER);
        service.jobs.add(1, &[]);
        let error = service.push.flush(LONG).unwrap_err();
        assert!(matches!(&error, FlushError::Failed { kind, .. } if kind == name), "{error}");
        assert_eq!(receiver.arrived().len(), 1, "{name}");
    }
}

#[test]
fn points_that_were_refused_are_a_failure_with_its_reason() {
    let receiver = Receiver::start([Answer::Partial(1)]);
    let service = Service::new(&grpc(receiver.grpc()), NEVER);
    service.jobs.add(1, &[]);
    let error = service.push.flush(LONG).unwrap_err().to_string();
    assert!(error.contains("1 data points were refused: too old"), "{error}");
}

#[test]
fn a_call_that_hangs_does_not_spoil_the_next_one() {
    let receiver = Receiver::start([Answer::Hang, Answer::Accept]);
    let destination = grpc(receiver.grpc()).timeout(Duration::from_millis(300));
    let service = Service::new(&destination, NEVER);
    service.jobs.add(1, &[]);
    let error = service.push.flush(LONG).unwrap_err();
    let expected = ["timeout", "DEADLINE_EXCEEDED", "CANCELLED"];
    let FlushError::Failed { kind, .. } = &error else { panic!("{error}") };
    assert!(expected.contains(&&**kind), "{error}");
    service.push.flush(LONG).unwrap();
}

#[test]
fn an_answer_that_is_too_long_is_our_word_and_sends_nothing_again() {
    let receiver = Receiver::start([Answer::Long(5 << 20), Answer::Accept]);
    let service = Service::new(&grpc(receiver.grpc()), NEVER);
    service.jobs.add(1, &[]);
    let error = service.push.flush(LONG).unwrap_err();
    assert!(matches!(&error, FlushError::Failed { kind, .. } if kind == "too_large"), "{error}");
    assert_eq!(receiver.told(), 1);
    service.push.flush(LONG).unwrap();
}

#[test]
fn an_answer_without_a_status_sends_nothing_again() {
    for body in ["", "\0\0\0\0\0", "\0\0\0\0\u{9}cut", "\u{7}\0\0\0\0"] {
        let page =
            Answer::Page { status: 200, kind: "application/grpc", wait: None, body, drips: false };
        let receiver = Receiver::start([page, Answer::Accept]);
        let service = Service::new(&grpc(receiver.grpc()), NEVER);
        service.jobs.add(1, &[]);
        let error = service.push.flush(LONG).unwrap_err();
        let FlushError::Failed { kind, .. } = &error else { panic!("{error}") };
        assert!(["foreign", "connection"].contains(&&**kind), "{body:?}: {error}");
        assert_eq!(receiver.told(), 1, "{body:?}");
    }
}
