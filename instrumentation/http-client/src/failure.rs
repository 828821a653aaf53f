//! The values of `error.type`.
//!
//! | value | when |
//! | --- | --- |
//! | `400` … `599` | the response had that status, whatever happened afterwards |
//! | `timeout` | the client or the body failed with an [error that is a time-out](kymo_core::time_out) |
//! | `cancelled` | the future was dropped before its end, or a body after it was read in part |
//! | `panic` | the client or the body unwound, be it while it was dropped |
//! | `name_resolution_error` | no address was found for the host |
//! | `secure_connection_error` | TLS failed while the connection was opened |
//! | `connection_error` | the connection could not be opened for any other reason |
//! | `response_ended` | the server closed the connection before the head of its response was whole |
//! | `body_error` | the response's body failed midway, or ended before what was promised |
//! | `_OTHER` | the client failed with any other error before there was a response |
//!
//! A 4xx is an error of a client, as the HTTP conventions say.

use std::{any::Any, error::Error, io};

use http::StatusCode;
use kymo_core::{Bounded, KnownValues, Outcome, any_cause, time_out};

use crate::reading::Reading;

/// The failures of this crate that have a name.
pub(crate) const FAILURES: KnownValues = KnownValues::of(&[
    "name_resolution_error",
    "secure_connection_error",
    "connection_error",
    "response_ended",
    "body_error",
]);

/// The outcome of a client that returned `error` instead of a response.
pub(crate) fn of_client<E: 'static>(reading: &Reading, error: &E) -> Outcome {
    if is_time_out(reading, error) {
        return Outcome::Timeout;
    }
    let name = reading.error(error).and_then(name);
    Outcome::Failed(name.map_or(Bounded::OTHER, |name| FAILURES.bound(name)))
}

/// The outcome of a response whose body returned `error` instead of a frame.
pub(crate) fn of_body<E: 'static>(reading: &Reading, error: &E) -> Outcome {
    if is_time_out(reading, error) { Outcome::Timeout } else { of_short_body() }
}

/// The outcome of a response whose body ended before all that was promised.
pub(crate) fn of_short_body() -> Outcome {
    Outcome::Failed(FAILURES.bound("body_error"))
}

/// Whether a response with this status is an error of a client's request.
pub(crate) fn is_error(status: StatusCode) -> bool {
    status.is_client_error() || status.is_server_error()
}

fn is_time_out<E: 'static>(reading: &Reading, error: &E) -> bool {
    let says_so = |error: &(dyn Error + 'static)| {
        error.downcast_ref().is_some_and(hyper::Error::is_timeout) || time_out::says_so(error)
    };
    time_out::is_called_so::<E>()
        || reading.error(error as &dyn Any).is_some_and(|error| any_cause(error, says_so))
}

/// The name of a failure before there was a response.
fn name(error: &(dyn Error + 'static)) -> Option<&'static str> {
    if any_cause(error, is_of_names) {
        return Some("name_resolution_error");
    }
    if any_cause(error, is_of_opening) {
        let is_of_tls = any_cause(error, is_of_tls);
        return Some(if is_of_tls { "secure_connection_error" } else { "connection_error" });
    }
    any_cause(error, is_of_closing).then_some("response_ended")
}

/// Whether no address was found; hyper's connector tells by its words alone.
fn is_of_names(error: &(dyn Error + 'static)) -> bool {
    error.to_string() == "dns error"
}

/// Whether a connection could not be opened.
fn is_of_opening(error: &(dyn Error + 'static)) -> bool {
    use io::ErrorKind::{
        AddrNotAvailable, ConnectionRefused, HostUnreachable, NetworkDown, NetworkUnreachable,
    };
    let is_of_network = |error: &io::Error| {
        matches!(
            error.kind(),
            AddrNotAvailable
                | ConnectionRefused
                | HostUnreachable
                | NetworkDown
                | NetworkUnreachable
        )
    };
    error.downcast_ref().is_some_and(hyper_util::client::legacy::Error::is_connect)
        || error.downcast_ref().is_some_and(is_of_network)
}

/// Whether what failed to open was TLS: it reads what the server sent, and makes nothing of it.
fn is_of_tls(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref().is_some_and(|error: &io::Error| error.kind() == io::ErrorKind::InvalidData)
}

/// Whether the server closed the connection.
fn is_of_closing(error: &(dyn Error + 'static)) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    let is_closed = |error: &io::Error| {
        matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
    };
    error.downcast_ref().is_some_and(hyper::Error::is_incomplete_message)
        || error.downcast_ref().is_some_and(is_closed)
}
