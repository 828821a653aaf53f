//! The values of `error.type`.
//!
//! | value | when |
//! | --- | --- |
//! | `500` … `599` | the response had that status, whatever happened afterwards |
//! | `timeout` | the service or the body failed with an [error that is a time-out](crate::time_out) |
//! | `cancelled` | the client went away, or the future or the body was dropped, before the end |
//! | `panic` | the service or the body unwound, be it while it was dropped |
//! | `body_error` | the response's body failed midway, or ended before what was promised |
//! | `_OTHER` | the service failed with any other error before there was a response |
//! | `UNKNOWN`, `DEADLINE_EXCEEDED`, `UNIMPLEMENTED`, `INTERNAL`, `UNAVAILABLE`, `DATA_LOSS` | a call of gRPC ended with that status, or was given up when its time was over |
//!
//! A 4xx is no error of a server, as the HTTP conventions say, nor is any other status of gRPC. Of a method
//! that the server is not known to have, `UNIMPLEMENTED`, a missing status and a deadline are errors of the
//! call alone, and not of the request.

use http::StatusCode;
use kymo_core::{Bounded, KnownValues, Outcome};

use crate::{
    grpc::{Code, NAMES},
    time_out::is_time_out,
};

/// The failures of this crate that have a name.
pub(crate) const FAILURES: KnownValues = KnownValues::of(&[
    "body_error",
    "UNKNOWN",
    "DEADLINE_EXCEEDED",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "500",
    "501",
    "502",
    "503",
    "504",
    "505",
    "506",
    "507",
    "508",
    "510",
    "511",
]);

/// The failures that a client alone can make: by a body that it does not take, by a deadline that is too
/// short, and by a method that there is not.
const OF_CLIENTS: [&str; 3] = ["body_error", "DEADLINE_EXCEEDED", "UNIMPLEMENTED"];

/// The outcome of a service that returned `error` instead of a response.
pub(crate) fn of_service<E: 'static>(error: &E) -> Outcome {
    if is_time_out(error) { Outcome::Timeout } else { Outcome::Failed(Bounded::OTHER) }
}

/// The outcome of a response whose body returned `error` instead of a frame.
pub(crate) fn of_body<E: 'static>(error: &E) -> Outcome {
    if is_time_out(error) { Outcome::Timeout } else { of_short_body() }
}

/// The outcome of a response whose body ended before all that was promised.
pub(crate) fn of_short_body() -> Outcome {
    Outcome::Failed(FAILURES.bound("body_error"))
}

/// The outcome of a call that ended with `code`, which is an error of a server.
pub(crate) fn of_call(code: Code) -> Outcome {
    Outcome::Failed(FAILURES.bound(code.name()))
}

/// The outcome of a call that was refused by a 5xx before it came to gRPC: one that IANA has not assigned has
/// no name.
pub(crate) fn of_refusal(status: StatusCode) -> Outcome {
    Outcome::Failed(FAILURES.bound(status.as_str()))
}

/// Whether `failure` has the name of a status of gRPC.
pub(crate) fn is_of_call(failure: Bounded) -> bool {
    NAMES.contains(&FAILURES.value(failure))
}

/// Whether it takes the program to make `failure`.
pub(crate) fn is_operators(failure: Bounded) -> bool {
    !OF_CLIENTS.contains(&FAILURES.value(failure))
}

#[cfg(test)]
mod tests {
    use tower::BoxError;

    use super::*;

    #[derive(Debug)]
    struct Opaque;

    #[test]
    fn other_errors_have_a_bounded_name_whatever_they_say() {
        let error: BoxError = "disk 7 of tenant 4711 is full".into();
        assert_eq!(of_service(&error).error_type(&FAILURES), Some("_OTHER"));
        assert_eq!(of_body(&error).error_type(&FAILURES), Some("body_error"));
        assert_eq!(of_body(&Opaque).error_type(&FAILURES), Some("body_error"));
    }
}
