//! Answers that say something else than yes or no.

use std::time::{Duration, Instant};

use kymo_push::{Destination, FlushError, Schedule};

use crate::{
    LONG, NEVER, Service, grpc, http,
    receiver::{Answer, Receiver},
};

const BUSY: Answer =
    Answer::Page { status: 503, kind: "text/plain", wait: Some("60"), body: "full", drips: true };

/// A receiver for each protocol: one that goes away exports once more.
fn both(answer: &Answer) -> [(Receiver, Destination); 2] {
    let [first, second] = [(); 2].map(|()| Receiver::start([answer.clone()]));
    let (over_http, over_grpc) = (http(first.http()), grpc(second.grpc()));
    [(first, over_http), (second, over_grpc)]
}

/// The kind and the reason of an export that fails.
fn failure(destination: &Destination) -> (String, String) {
    let service = Service::new(destination, NEVER);
    service.jobs.add(1, &[]);
    match service.push.flush(LONG).unwrap_err() {
        FlushError::Failed { kind, reason } => (kind.into_owned(), reason),
        other => panic!("{other}"),
    }
}

#[test]
fn the_head_of_a_refusal_is_an_answer_whatever_becomes_of_its_body() {
    for ((receiver, destination), kind) in both(&BUSY).into_iter().zip(["503", "UNAVAILABLE"]) {
        let destination = destination.timeout(Duration::from_secs(2));
        let schedule = Schedule::new().interval(Duration::from_millis(300));
        let service = Service::new(&destination, schedule);
        service.jobs.add(1, &[]);
        let error = service.push.flush(LONG).unwrap_err();
        assert!(matches!(&error, FlushError::Failed { kind: it, .. } if it == kind), "{error}");
        assert!(error.to_string().contains("HTTP status 503"), "{error}");
        // Several intervals, in which it was asked not to come.
        std::thread::sleep(Duration::from_secs(1));
        assert_eq!(receiver.told(), 1, "{kind}");
    }
}

#[test]
fn a_success_whose_body_never_ends_is_a_failure_in_time() {
    let page = Answer::Page {
        status: 200,
        kind: "application/x-protobuf",
        wait: None,
        body: "",
        drips: true,
    };
    let receiver = Receiver::start([page]);
    let started = Instant::now();
    let destination = http(receiver.http()).timeout(Duration::from_millis(300));
    assert_eq!(failure(&destination).0, "timeout");
    assert!(started.elapsed() < Duration::from_secs(2));
    // It was accepted: sending it again might count it twice.
    assert!(receiver.told() <= 2, "once, and once more at the end");
}

#[test]
fn a_page_for_people_is_no_receipt() {
    let page = Answer::Page {
        status: 200,
        kind: "text/html",
        wait: None,
        body: "<!doctype html><title>Welcome to nginx!</title>",
        drips: false,
    };
    for (receiver, destination) in both(&page) {
        let (kind, reason) = failure(&destination);
        assert_eq!(kind, "foreign", "{reason}");
        assert!(reason.contains("its answer is text/html"), "{reason}");
        assert!(receiver.told() <= 2, "once, and once more at the end");
    }
}

#[test]
fn a_warning_about_what_was_accepted_is_no_failure() {
    for (receiver, destination) in both(&Answer::Partial(0)) {
        let service = Service::new(&destination, NEVER);
        service.jobs.add(1, &[]);
        service.push.flush(LONG).unwrap();
        assert_eq!(receiver.arrived().len(), 1);
    }
}
