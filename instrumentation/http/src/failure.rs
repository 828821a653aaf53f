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
//!
//! A 4xx is no error of a server, as the HTTP conventions say.

use kymo_core::{Bounded, KnownValues, Outcome};

use crate::time_out::is_time_out;

/// The failures of this crate that have a name.
pub(crate) const FAILURES: KnownValues = KnownValues::of(&["body_error"]);

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
