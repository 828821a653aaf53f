//! Every metric this crate emits.

use kymo_core::{MetricKind, MetricSpec, key::AttributeKey};

use crate::{buckets, key};

const ERROR_TYPE: AttributeKey = key::ERROR_TYPE.described(
    "Why it failed: the status of a 5xx, `timeout`, `cancelled`, `panic`, `body_error` or \
     `_OTHER`; absent on success.",
);

/// What a request is described by once it has ended.
const EXCHANGE: &[AttributeKey] = &[
    ERROR_TYPE,
    key::HTTP_REQUEST_METHOD,
    key::HTTP_RESPONSE_STATUS_CODE,
    key::HTTP_ROUTE.key,
    key::NETWORK_PROTOCOL_VERSION,
    key::URL_SCHEME,
];

/// Time from the arrival of a request's head, or from when it began to wait for the service, until
/// the last of its response's body was handed to the server; of a stream or an upgrade, until the response's head.
pub const REQUEST_DURATION: MetricSpec = MetricSpec::new(
    "http.server.request.duration",
    MetricKind::Histogram { buckets: buckets::HTTP_DURATION },
    "s",
    "Duration of HTTP server requests.",
)
.with_attributes(EXCHANGE)
.recorded(
    "Once for each request through `telemetry.http()`, when its response has ended or it was dropped; \
     of a stream or an upgrade, at the response's head.",
);

/// Requests between arrival and the end of their response.
pub const ACTIVE_REQUESTS: MetricSpec = MetricSpec::new(
    "http.server.active_requests",
    MetricKind::UpDownCounter,
    "{request}",
    "Number of active HTTP server requests.",
)
.with_attributes(&[key::HTTP_REQUEST_METHOD, key::URL_SCHEME])
.recorded(
    "Up when a request enters `telemetry.http()`, down when its `http.server.request.duration` is \
     recorded.",
);

/// Bytes of the request's body that the service read.
pub const REQUEST_BODY_SIZE: MetricSpec = MetricSpec::new(
    "http.server.request.body.size",
    MetricKind::Histogram { buckets: buckets::BODY_SIZE },
    "By",
    "Size of HTTP server request bodies.",
)
.with_attributes(EXCHANGE)
.recorded(
    "With `http.server.request.duration`; of a stream, when that has ended. Not where the size is not \
     known: of a body without a length that is not axum's, and of a request that the service never got.",
);

/// Bytes of the response's body that were handed to the server, before any coding it adds.
pub const RESPONSE_BODY_SIZE: MetricSpec = MetricSpec::new(
    "http.server.response.body.size",
    MetricKind::Histogram { buckets: buckets::BODY_SIZE },
    "By",
    "Size of HTTP server response bodies.",
)
.with_attributes(EXCHANGE)
.recorded("With `http.server.request.duration`; of a stream, when that has ended.");

/// Time from the arrival of a request's head until its response's head; on request.
pub const FIRST_BYTE_DURATION: MetricSpec = MetricSpec::new(
    "kymo.http.server.first_byte.duration",
    MetricKind::Histogram { buckets: buckets::HTTP_DURATION },
    "s",
    "Time until the head of the HTTP response was ready.",
)
.with_attributes(EXCHANGE)
.recorded(
    "With `http.server.request.duration`, if there was a response, of a layer that enables \
     `ServerMetric::FirstByteDuration`.",
);

/// Time inside the handler, apart from the middleware around it.
pub const HANDLER_DURATION: MetricSpec = MetricSpec::new(
    "kymo.http.server.handler.duration",
    MetricKind::Histogram { buckets: buckets::HTTP_DURATION },
    "s",
    "Time inside the HTTP handler, apart from middleware.",
)
.with_attributes(&[key::HTTP_REQUEST_METHOD, key::HTTP_ROUTE.key])
.recorded("Once for each call of a handler inside `telemetry.http_handler()`, however it ended.");

/// Server-sent event streams and upgraded connections that are open, and bodies of unknown length on
/// request.
pub const ACTIVE_STREAMS: MetricSpec = MetricSpec::new(
    "kymo.http.server.active_streams",
    MetricKind::UpDownCounter,
    "{stream}",
    "Number of open server-sent event streams and upgraded connections.",
)
.with_attributes(&[key::HTTP_ROUTE.key, key::STREAM_KIND])
.recorded("Up when a stream or an upgraded connection opens, down when it has ended.");

/// Time from the response's head, or from the hand-over of an upgraded connection, until its end.
pub const STREAM_DURATION: MetricSpec = MetricSpec::new(
    "kymo.http.server.stream.duration",
    MetricKind::Histogram { buckets: buckets::STREAM_DURATION },
    "s",
    "Lifetime of server-sent event streams and upgraded connections.",
)
.with_attributes(&[key::HTTP_ROUTE.key, key::STREAM_KIND])
.recorded("Once for each stream or upgraded connection, when it has ended.");

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
