//! OTLP as protobuf over HTTP: <https://opentelemetry.io/docs/specs/otlp/#otlphttp>.

use std::{convert::Infallible, io::Read, time::Instant};

use bytes::Bytes;
use flate2::read::GzDecoder;
use http::{
    HeaderMap, HeaderValue, Request, Response, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER},
};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsPartialSuccess, ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use prost::Message;
use tonic_types::Status;

use super::{
    conduct::Conduct,
    connection::Body,
    record::{Protocol, Received, Record},
};

const PROTOBUF: &str = "application/x-protobuf";

/// Reads and records the request, and answers as the conduct says.
pub(super) async fn answer(
    request: Request<Incoming>,
    conduct: &Conduct,
    record: &Record,
) -> Response<Body> {
    let (head, body) = request.into_parts();
    // A client that gave up has not sent a request.
    let Ok(body) = body.collect().await else {
        return response(StatusCode::BAD_REQUEST, Vec::new());
    };
    match read(&head.headers, &body.to_bytes()) {
        Ok(request) => record.add(Received {
            at: Instant::now(),
            protocol: Protocol::Http,
            headers: head.headers,
            request,
            accepted: conduct.accepts(),
        }),
        Err(fault) => {
            record.fault(fault);
            return response(StatusCode::BAD_REQUEST, Vec::new());
        }
    }
    match conduct {
        Conduct::Fail { status, code, retry_after } => {
            let text = "as the test says".to_owned();
            let body = Status { code: *code as i32, message: text, details: Vec::new() };
            let mut response = response(*status, body.encode_to_vec());
            if let Some(pause) = retry_after {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(pause.as_secs()));
            }
            response
        }
        conduct => response(StatusCode::OK, success(conduct).encode_to_vec()),
    }
}

/// The message of either protocol that accepts a request.
pub(super) fn success(conduct: &Conduct) -> ExportMetricsServiceResponse {
    let partial_success = match conduct {
        Conduct::Partial { rejected, message } => Some(ExportMetricsPartialSuccess {
            rejected_data_points: *rejected,
            error_message: message.clone(),
        }),
        // An empty answer would not drip.
        Conduct::Drip(_) => Some(ExportMetricsPartialSuccess {
            rejected_data_points: 0,
            error_message: "drop by drop ".repeat(10),
        }),
        _ => None,
    };
    ExportMetricsServiceResponse { partial_success }
}

fn read(headers: &HeaderMap, body: &[u8]) -> Result<ExportMetricsServiceRequest, String> {
    let header = |name| headers.get(name).map(HeaderValue::as_bytes);
    if header(CONTENT_TYPE) != Some(PROTOBUF.as_bytes()) {
        return Err(format!("the content type {:?}", headers.get(CONTENT_TYPE)));
    }
    let plain = match header(CONTENT_ENCODING) {
        None | Some(b"identity") => body.to_vec(),
        Some(b"gzip") => {
            let mut plain = Vec::new();
            GzDecoder::new(body).read_to_end(&mut plain).map_err(|error| error.to_string())?;
            plain
        }
        Some(b"zstd") => zstd::stream::decode_all(body).map_err(|error| error.to_string())?,
        Some(other) => return Err(format!("the encoding {:?}", String::from_utf8_lossy(other))),
    };
    ExportMetricsServiceRequest::decode(&*plain).map_err(|error| error.to_string())
}

fn response(status: StatusCode, body: Vec<u8>) -> Response<Body> {
    let body = Full::new(Bytes::from(body)).map_err(|never: Infallible| match never {});
    let mut response = Response::new(body.boxed_unsync());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(PROTOBUF));
    response
}
