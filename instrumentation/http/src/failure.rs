//! What `error.type` can say beside a status code.
//!
//! | value | when |
//! | --- | --- |
//! | `500` … `599` | the response had that status, whatever happened afterwards |
//! | `timeout` | the service or the body failed with a time-out error of tower, hyper or `std::io` |
//! | `cancelled` | the client went away, or the future or the body was dropped, before the end |
//! | `panic` | the service or the body unwound |
//! | `body_error` | the response's body failed midway |
//! | `_OTHER` | the service failed with any other error before there was a response |
//!
//! A 4xx is no error of a server, as the HTTP conventions say.

use std::{any::Any, error::Error, io};

use kymo_core::{Bounded, KnownValues, Outcome};

/// The failures of this crate that have a name.
pub(crate) const FAILURES: KnownValues = KnownValues::of(&["body_error"]);

/// The outcome of a service that returned `error` instead of a response.
pub(crate) fn of_service<E: 'static>(error: &E) -> Outcome {
    if is_timeout(error) { Outcome::Timeout } else { Outcome::Failed(Bounded::OTHER) }
}

/// The outcome of a response whose body returned `error` instead of a frame.
pub(crate) fn of_body<E: 'static>(error: &E) -> Outcome {
    if is_timeout(error) { Outcome::Timeout } else { Outcome::Failed(FAILURES.bound("body_error")) }
}

/// Whether `error`, or an error it was caused by, is a time-out of tower, hyper or `std::io`.
///
/// An error in a type of one's own is looked into when it is boxed, as `tower::BoxError` or in
/// axum's error: a generic error type promises nothing but being `'static`.
fn is_timeout(error: &dyn Any) -> bool {
    let mut cause = as_error(error);
    while let Some(error) = cause {
        let timed_out = error.is::<tower::timeout::error::Elapsed>()
            || error.downcast_ref().is_some_and(hyper::Error::is_timeout)
            || error
                .downcast_ref()
                .is_some_and(|e: &io::Error| e.kind() == io::ErrorKind::TimedOut);
        if timed_out {
            return true;
        }
        cause = error.source();
    }
    false
}

/// `error` as a standard error, if it is of a type that services and bodies of this field have.
fn as_error(error: &dyn Any) -> Option<&(dyn Error + 'static)> {
    if let Some(boxed) = error.downcast_ref::<Box<dyn Error + Send + Sync>>() {
        return Some(&**boxed);
    }
    if let Some(boxed) = error.downcast_ref::<Box<dyn Error>>() {
        return Some(&**boxed);
    }
    if let Some(error) = error.downcast_ref::<axum::Error>() {
        return Some(error);
    }
    if let Some(error) = error.downcast_ref::<tower::timeout::error::Elapsed>() {
        return Some(error);
    }
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        return Some(error);
    }
    error.downcast_ref::<io::Error>().map(|error| error as _)
}

#[cfg(test)]
mod tests {
    use tower::BoxError;

    use super::*;

    #[derive(Debug)]
    struct Opaque;

    #[test]
    fn time_outs_are_recognised_through_their_wrappers() {
        let elapsed: BoxError = Box::new(tower::timeout::error::Elapsed::new());
        assert_eq!(of_service(&elapsed), Outcome::Timeout);
        let wrapped = axum::Error::new(io::Error::from(io::ErrorKind::TimedOut));
        assert_eq!(of_body(&wrapped), Outcome::Timeout);
    }

    #[test]
    fn other_errors_have_a_bounded_name_whatever_they_say() {
        let error: BoxError = "disk 7 of tenant 4711 is full".into();
        assert_eq!(of_service(&error).error_type(&FAILURES), Some("_OTHER"));
        assert_eq!(of_body(&error).error_type(&FAILURES), Some("body_error"));
        assert_eq!(of_body(&Opaque).error_type(&FAILURES), Some("body_error"));
    }
}
