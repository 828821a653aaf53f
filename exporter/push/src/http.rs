//! OTLP/HTTP in protobuf.
//!
//! The requests are made here and not by `opentelemetry-otlp`, whose exporter merges headers from
//! the environment into the given ones, and keeps to itself the status and the refused points of an
//! answer, which have to be counted.

use std::{
    io::Write,
    sync::atomic::AtomicUsize,
    time::{Duration, Instant, SystemTime},
};

use bytes::Bytes;
use flate2::{Compression as Level, write::GzEncoder};
use http::{HeaderMap, HeaderValue, Method, Request, Uri, header};
use http_body_util::{BodyExt, Collected, Full, LengthLimitError, Limited};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceResponse;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use prost::Message;
use tokio::time;

use crate::{
    Compression, Destination, Error,
    client::{Client, causes},
    component::Component,
    endpoint::{Endpoint, headers},
    export::{Export, Receipt},
    failure::{Failure, Kind, Retry, Status},
    message::encode,
};

/// The longest answer that is read, in bytes.
pub(crate) const LONGEST_ANSWER: usize = 4 * 1024 * 1024;

/// Sends protobuf over HTTP, as OTLP/HTTP has it.
pub(crate) struct HttpExporter {
    client: Client<Full<Bytes>>,
    uri: Uri,
    headers: HeaderMap,
    gzip: bool,
    timeout: Duration,
    target: String,
    component: Component,
}

impl HttpExporter {
    pub(crate) fn new(destination: &Destination) -> Result<Self, Error> {
        static MADE: AtomicUsize = AtomicUsize::new(0);

        let endpoint = Endpoint::of(destination)?;
        let mut headers = headers(destination)?;
        let gzip = destination.compression == Compression::Gzip;
        let kind = HeaderValue::from_static("application/x-protobuf");
        headers.insert(header::CONTENT_TYPE, kind);
        if gzip {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        Ok(Self {
            client: Client::new(destination, &endpoint, false)?,
            headers,
            gzip,
            timeout: destination.timeout,
            target: destination.shown_endpoint(),
            component: Component::new("otlp_http_metric_exporter", &MADE)
                .server(&endpoint.host, endpoint.port),
            uri: endpoint.uri,
        })
    }

    /// One request, and its answer.
    async fn attempt(&self, batch: Bytes) -> Result<Receipt, Failure> {
        let mut request = Request::new(Full::new(batch));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();

        let answer = self.client.current().request(request).await;
        let answer = answer.map_err(|error| Failure::connection(causes(&error)))?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, LONGEST_ANSWER).collect().await;

        let status = Status::Http(head.status.as_u16());
        if !head.status.is_success() {
            let body = body.map(Collected::to_bytes).unwrap_or_default();
            let retry = retry(head.status.as_u16(), &head.headers);
            return Err(Failure::status(status, retry, &message(&head.headers, body)));
        }
        let body = body.map_err(|error| match error.downcast::<LengthLimitError>() {
            Ok(_) => Failure {
                status: Some(status),
                ..Failure::new(Kind::TooLarge, "the answer was longer than 4 MiB")
            },
            // It was accepted: sending it again might count it twice.
            Err(error) => {
                Failure { status: Some(status), ..Failure::new(Kind::Connection, causes(&*error)) }
            }
        })?;
        // An answer of another kind, or none, to a request that was accepted is no failure.
        let answer = ExportMetricsServiceResponse::decode(body.to_bytes()).unwrap_or_default();
        Ok(receipt(status, answer))
    }
}

impl Export for HttpExporter {
    fn component(&self) -> Component {
        self.component.clone()
    }

    fn target(&self) -> &str {
        &self.target
    }

    fn prepare(&self, metrics: &ResourceMetrics) -> Result<Bytes, Failure> {
        let plain = encode(metrics);
        if !self.gzip {
            return Ok(plain);
        }
        let mut gzip = GzEncoder::new(Vec::with_capacity(plain.len() / 4), Level::default());
        let written = gzip.write_all(&plain).and_then(|()| gzip.finish());
        written.map(Bytes::from).map_err(|error| Failure::new(Kind::Output, error.to_string()))
    }

    fn timeout(&self) -> Duration {
        self.timeout
    }

    async fn send(&self, batch: Bytes, deadline: Instant) -> Result<Receipt, Failure> {
        time::timeout_at(deadline.into(), self.attempt(batch)).await.unwrap_or_else(|_| {
            self.client.renew();
            Err(Failure::new(Kind::Timeout, "there was no answer in time"))
        })
    }
}

/// What an answer with success says.
pub(crate) fn receipt(status: Status, answer: ExportMetricsServiceResponse) -> Receipt {
    let partial = answer.partial_success.unwrap_or_default();
    let rejected = u64::try_from(partial.rejected_data_points).unwrap_or_default();
    Receipt { status: Some(status), rejected, message: partial.error_message }
}

/// Which statuses may pass, by OTLP/HTTP, section "Failures".
fn retry(status: u16, headers: &HeaderMap) -> Retry {
    match status {
        429 | 503 => match headers.get(header::RETRY_AFTER).and_then(wait) {
            Some(wait) => Retry::After(wait),
            None => Retry::Soon,
        },
        502 | 504 => Retry::Soon,
        _ => Retry::Never,
    }
}

/// The wait of a `Retry-After`: seconds, or a date.
fn wait(value: &HeaderValue) -> Option<Duration> {
    let value = value.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

/// What an answer with a failure says: a `google.rpc.Status`, by OTLP, or plain text.
fn message(headers: &HeaderMap, body: Bytes) -> String {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind.is_some_and(|kind| kind.contains("protobuf")) {
        return RpcStatus::decode(body).unwrap_or_default().message;
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

    #[test]
    fn a_wait_is_seconds_or_a_date() {
        let of = |value: &str| wait(&HeaderValue::from_str(value).unwrap());
        assert_eq!(of("120"), Some(Duration::from_mins(2)));
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
}
