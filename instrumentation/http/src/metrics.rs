//! Every metric this crate emits.

use kymo_core::{MetricKind, MetricSpec, buckets, key, key::AttributeKey};

/// What a request is described by once it has ended.
const EXCHANGE: &[AttributeKey] = &[
    key::ERROR_TYPE,
    key::HTTP_REQUEST_METHOD,
    key::HTTP_RESPONSE_STATUS_CODE,
    key::HTTP_ROUTE,
    key::NETWORK_PROTOCOL_VERSION,
    key::URL_SCHEME,
];

/// Time from the arrival of a request's head, or from when it began to wait for the service, until
/// the last of its response's body was handed to the server; of a stream or an upgrade, until the response's head.
pub const REQUEST_DURATION: MetricSpec = MetricSpec {
    name: "http.server.request.duration",
    kind: MetricKind::Histogram { buckets: buckets::HTTP_DURATION },
    unit: "s",
    description: "Duration of HTTP server requests.",
    attributes: EXCHANGE,
};

/// Requests between arrival and the end of their response.
pub const ACTIVE_REQUESTS: MetricSpec = MetricSpec {
    name: "http.server.active_requests",
    kind: MetricKind::UpDownCounter,
    unit: "{request}",
    description: "Number of active HTTP server requests.",
    attributes: &[key::HTTP_REQUEST_METHOD, key::URL_SCHEME],
};

/// Bytes of the request's body that the service read.
pub const REQUEST_BODY_SIZE: MetricSpec = MetricSpec {
    name: "http.server.request.body.size",
    kind: MetricKind::Histogram { buckets: buckets::BODY_SIZE },
    unit: "By",
    description: "Size of HTTP server request bodies.",
    attributes: EXCHANGE,
};

/// Bytes of the response's body that were handed to the server, before any coding it adds.
pub const RESPONSE_BODY_SIZE: MetricSpec = MetricSpec {
    name: "http.server.response.body.size",
    kind: MetricKind::Histogram { buckets: buckets::BODY_SIZE },
    unit: "By",
    description: "Size of HTTP server response bodies.",
    attributes: EXCHANGE,
};

/// Time from the arrival of a request's head until its response's head; on request.
pub const FIRST_BYTE_DURATION: MetricSpec = MetricSpec {
    name: "kymo.http.server.first_byte.duration",
    kind: MetricKind::Histogram { buckets: buckets::HTTP_DURATION },
    unit: "s",
    description: "Time until the head of the HTTP response was ready.",
    attributes: EXCHANGE,
};

/// Time inside the handler, apart from the middleware around it.
pub const HANDLER_DURATION: MetricSpec = MetricSpec {
    name: "kymo.http.server.handler.duration",
    kind: MetricKind::Histogram { buckets: buckets::HTTP_DURATION },
    unit: "s",
    description: "Time inside the HTTP handler, apart from middleware.",
    attributes: &[key::HTTP_REQUEST_METHOD, key::HTTP_ROUTE],
};

/// Server-sent event streams and upgraded connections that are open, and bodies of unknown length on
/// request.
pub const ACTIVE_STREAMS: MetricSpec = MetricSpec {
    name: "kymo.http.server.active_streams",
    kind: MetricKind::UpDownCounter,
    unit: "{stream}",
    description: "Number of open server-sent event streams and upgraded connections.",
    attributes: &[key::HTTP_ROUTE, key::STREAM_KIND],
};

/// Time from the response's head, or from the hand-over of an upgraded connection, until its end.
pub const STREAM_DURATION: MetricSpec = MetricSpec {
    name: "kymo.http.server.stream.duration",
    kind: MetricKind::Histogram { buckets: buckets::STREAM_DURATION },
    unit: "s",
    description: "Lifetime of server-sent event streams and upgraded connections.",
    attributes: &[key::HTTP_ROUTE, key::STREAM_KIND],
};

/// Every metric declared in this crate.
pub const ALL: &[MetricSpec] = &[
    REQUEST_DURATION,
    ACTIVE_REQUESTS,
    REQUEST_BODY_SIZE,
    RESPONSE_BODY_SIZE,
    FIRST_BYTE_DURATION,
    HANDLER_DURATION,
    ACTIVE_STREAMS,
    STREAM_DURATION,
];
