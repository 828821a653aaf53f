//! Answers over HTTP, and their meaning by OTLP.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header, response::Parts};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsPartialSuccess, ExportMetricsServiceResponse,
};
use prost::Message;
use serde_json::{Map, Value};

use crate::{
    export::Receipt,
    failure::{Failure, Kind, Retry, Status},
};

/// Reads an answer with success.
///
/// An empty one says that all is well, whatever it calls itself. One that is no answer of OTLP is a
/// failure: its author, such as a proxy with a page for people, has not taken the metrics.
pub(crate) fn receipt(
    status: Status,
    headers: &HeaderMap,
    body: Bytes,
) -> Result<Receipt, Failure> {
    let foreign = || Failure {
        status: Some(status),
        ..Failure::new(
            Kind::Foreign,
            format!("what answered is no receiver of OTLP: {}", shown(headers)),
        )
    };
    if body.is_empty() {
        return Ok(accepted(status, None));
    }
    match kind(headers) {
        // Some receivers answer protobuf with the other encoding of OTLP.
        "application/json" => {
            let partial = of_json(&body).ok_or_else(foreign)?;
            Ok(accepted(status, Some(partial)))
        }
        "application/x-protobuf" | "application/protobuf" | "application/octet-stream" | "" => {
            let answer = ExportMetricsServiceResponse::decode(body).map_err(|_| foreign())?;
            Ok(accepted(status, answer.partial_success))
        }
        _ => Err(foreign()),
    }
}

/// The receipt of a receiver that took the export, but for the points that `partial` counts.
pub(crate) fn accepted(status: Status, partial: Option<ExportMetricsPartialSuccess>) -> Receipt {
    let partial = partial.unwrap_or_default();
    let rejected = u64::try_from(partial.rejected_data_points).unwrap_or_default();
    Receipt { status: Some(status), rejected, message: partial.error_message }
}

/// Reads the partial success of an answer in JSON; `None` if it is no answer of OTLP.
///
/// The only field of such an answer is the partial success, by either of its names. An object with any
/// other comes from something that is no receiver of OTLP.
fn of_json(body: &[u8]) -> Option<ExportMetricsPartialSuccess> {
    let field = |object: &Map<String, Value>, names: [&str; 2]| {
        names.into_iter().find_map(|name| object.get(name).cloned())
    };
    let Value::Object(answer) = serde_json::from_slice(body).ok()? else { return None };
    let partial = match field(&answer, ["partialSuccess", "partial_success"]) {
        Some(Value::Object(partial)) => partial,
        Some(Value::Null) => Map::new(),
        None if answer.is_empty() => Map::new(),
        _ => return None,
    };
    // An integer of 64 bits is text in the JSON of protobuf, and may be a number.
    let rejected = match field(&partial, ["rejectedDataPoints", "rejected_data_points"]) {
        Some(Value::String(text)) => text.parse().ok()?,
        Some(Value::Number(number)) => number.as_i64()?,
        None | Some(Value::Null) => 0,
        _ => return None,
    };
    let message = match field(&partial, ["errorMessage", "error_message"]) {
        Some(Value::String(text)) => text,
        None | Some(Value::Null) => String::new(),
        _ => return None,
    };
    Some(ExportMetricsPartialSuccess { rejected_data_points: rejected, error_message: message })
}

/// Reads an answer with a failure.
pub(crate) fn refusal(head: &Parts, body: &Bytes) -> Failure {
    let code = head.status.as_u16();
    Failure::status(Status::Http(code), retry(code, &head.headers), &message(&head.headers, body))
}

/// Whether an export is tried again after a status, by OTLP/HTTP, section "Failures".
fn retry(status: u16, headers: &HeaderMap) -> Retry {
    match status {
        429 | 503 => wait(headers).map_or(Retry::Soon, Retry::After),
        502 | 504 => Retry::Soon,
        _ => Retry::Never,
    }
}

/// The wait of a `Retry-After`: seconds, or a date.
pub(crate) fn wait(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

/// The type of an answer by its own header, fit to be shown.
pub(crate) fn shown(headers: &HeaderMap) -> String {
    match headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes) {
        Some(kind) => format!("its answer is {}", String::from_utf8_lossy(kind)),
        None => "its answer is none of OTLP".to_owned(),
    }
}

/// The type of an answer without its parameters.
fn kind(headers: &HeaderMap) -> &str {
    let kind = headers.get(header::CONTENT_TYPE).map(|kind| kind.to_str().unwrap_or("?"));
    kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim()
}

/// The message of an answer with a failure: a `google.rpc.Status`, by OTLP, or plain text.
fn message(headers: &HeaderMap, body: &Bytes) -> String {
    if kind(headers).contains("protobuf") {
        return RpcStatus::decode(body.clone()).unwrap_or_default().message;
    }
    String::from_utf8_lossy(&body[..body.len().min(1024)]).trim().to_owned()
}

/// As much as we need of `google.rpc.Status`.
#[derive(Clone, PartialEq, Message)]
struct RpcStatus {
    #[prost(string, tag = "2")]
    message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &str) -> HeaderMap {
        [(name, HeaderValue::from_str(value).unwrap())].into_iter().collect()
    }

    #[test]
    fn a_wait_is_seconds_or_a_date() {
        let of = |value: &str| wait(&headers(header::RETRY_AFTER, value));
        assert_eq!(of("120"), Some(Duration::from_secs(120)));
        assert_eq!(of("Fri, 31 Dec 1999 23:59:59 GMT"), Some(Duration::ZERO));
        let soon = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(100));
        assert!(of(&soon).unwrap() > Duration::from_secs(90));
        assert_eq!(of("soon"), None);
        assert_eq!(of("-1"), None);
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let headers = HeaderMap::new();
        for status in [429, 502, 503, 504] {
            assert_eq!(retry(status, &headers), Retry::Soon, "{status}");
        }
        for status in [301, 400, 401, 404, 408, 413, 500, 501, 505] {
            assert_eq!(retry(status, &headers), Retry::Never, "{status}");
        }
    }

    #[test]
    fn only_an_answer_of_otlp_is_one() {
        let read = |kind: &str, body: &'static [u8]| {
            let body = Bytes::from_static(body);
            receipt(Status::Http(200), &headers(header::CONTENT_TYPE, kind), body)
        };
        let refused = b"\x0a\x02\x08\x07";
        assert_eq!(read("application/x-protobuf", refused).unwrap().rejected, 7);
        assert_eq!(read("", refused).unwrap().rejected, 7);
        assert_eq!(read("text/html", b"").unwrap().rejected, 0);
        assert_eq!(read("application/json; charset=utf-8", b"{}").unwrap().rejected, 0);
        let json = br#"{"partialSuccess": {"rejectedDataPoints" : "12", "errorMessage": ""}}"#;
        assert_eq!(read("application/json", json).unwrap().rejected, 12);
        let json = br#"{"partial_success": {"rejected_data_points": 12}}"#;
        assert_eq!(read("application/json", json).unwrap().rejected, 12);
        let json = br#"{"partialSuccess": {"errorMessage": "old \"names\""}}"#;
        let warned = read("application/json", json).unwrap();
        assert_eq!((warned.rejected, &*warned.message), (0, "old \"names\""));
        let json = br#"{"partialSuccess": null}"#;
        assert_eq!(read("application/json", json).unwrap().message, "");

        for (kind, body) in [
            ("text/html; charset=utf-8", &b"<!doctype html>"[..]),
            ("text/plain", b"ok"),
            ("application/json", b"\"ok\""),
            ("application/json", br#"{"error":"unauthorized"}"#),
            ("application/json", b"{not json"),
            ("application/json", br#"{"message":"rejectedDataPoints: 7"}"#),
            ("application/json", br#"{"partialSuccess":"yes"}"#),
            ("application/json", br#"{"partialSuccess":{"rejectedDataPoints":"many"}}"#),
            ("application/x-protobuf", b"<!doctype html>"),
            ("", b"<!doctype html>"),
        ] {
            let failure = read(kind, body).unwrap_err();
            assert_eq!((failure.kind, failure.retry), (Kind::Foreign, Retry::Never), "{kind}");
            assert!(failure.reason.contains(kind), "{}", failure.reason);
        }
    }
}
