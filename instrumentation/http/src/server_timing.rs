//! The header that tells a client where the time of its request went.

use std::{fmt::Write, time::Duration};

use http::{HeaderMap, HeaderName, HeaderValue};
use kymo_core::{Bill, OperationKind, Part};

const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// Adds a `Server-Timing` header ([W3C]) beside those that are there: each part that took any time, in milliseconds,
/// with how many operations it had, and `total`.
///
/// [W3C]: https://www.w3.org/TR/server-timing/
pub(crate) fn tell(headers: &mut HeaderMap, elapsed: Duration, bill: &Bill) {
    let mut value = String::new();
    for part in Part::ALL {
        let time = bill.time(part);
        if time.is_zero() {
            continue;
        }
        let _ = write!(value, "{};dur={:.3}", part.name(), time.as_secs_f64() * 1e3);
        if let Some(count) = kind_of(part).map(|kind| bill.operations(kind)) {
            let _ = write!(value, ";desc=\"{count}\"");
        }
        value.push_str(", ");
    }
    let _ = write!(value, "total;dur={:.3}", elapsed.as_secs_f64() * 1e3);
    // It is ASCII; and a map that has no room for more keeps what it has.
    if let Ok(value) = HeaderValue::try_from(value) {
        let _ = headers.try_append(SERVER_TIMING, value);
    }
}

fn kind_of(part: Part) -> Option<OperationKind> {
    match part {
        Part::Sql => Some(OperationKind::Sql),
        Part::Redis => Some(OperationKind::Redis),
        Part::HttpClient => Some(OperationKind::HttpClient),
        _ => None,
    }
}
