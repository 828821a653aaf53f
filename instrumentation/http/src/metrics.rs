//! Every metric this crate emits, and the instruments that record them.

use kymo_core::{BillInstruments, MetricKind, MetricSpec, key::AttributeKey};
use opentelemetry::metrics::{Histogram, Meter, UpDownCounter};

use crate::{buckets, key, settings::Settings};

const ERROR_TYPE: AttributeKey = key::ERROR_TYPE.described(
    "Why it failed: the status of a 5xx, `timeout`, `cancelled`, `panic`, `body_error`, a status of gRPC \
     that is an error of a server, or `_OTHER`; absent on success.",
);

/// The attributes of a request that has ended.
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

/// Time from the arrival of a gRPC call until its status, or the last of its answer, was handed to the
/// server.
pub const CALL_DURATION: MetricSpec = MetricSpec::new(
    "rpc.server.call.duration",
    MetricKind::Histogram { buckets: buckets::HTTP_DURATION },
    "s",
    "Measures the duration of an incoming Remote Procedure Call (RPC).",
)
.with_attributes(&[
    key::ERROR_TYPE.described(
        "Why it failed: `UNKNOWN`, `DEADLINE_EXCEEDED`, `UNIMPLEMENTED`, `INTERNAL`, `UNAVAILABLE` or \
         `DATA_LOSS`; of a call that ended without a status also `timeout`, `cancelled`, `panic`, \
         `body_error`, the status of a 5xx that answered instead of gRPC, or `_OTHER`; absent on success, \
         with any other status, and when HTTP refused the call by less than 500.",
    ),
    key::RPC_METHOD.key,
    key::RPC_RESPONSE_STATUS_CODE,
    key::RPC_SYSTEM_NAME,
])
.recorded(
    "Once for each gRPC call through `telemetry.http()`, when its answer has ended or it was dropped, \
     streams too.",
);

/// Where the time of requests went; the parts of a request add up to its duration.
pub const REQUEST_TIME: MetricSpec = MetricSpec::new(
    "kymo.http.server.request.time",
    MetricKind::Counter,
    "s",
    "Time of HTTP server requests by the part that it went to.",
)
.with_attributes(&[key::HTTP_ROUTE.key, key::PART])
.recorded("With `http.server.request.duration`, for each part that took any time.");

/// Operations that a request asked for.
pub const REQUEST_OPERATIONS: MetricSpec = MetricSpec::new(
    "kymo.http.server.request.operations",
    MetricKind::Histogram { buckets: buckets::OPERATIONS },
    "{operation}",
    "Operations of one HTTP server request, by kind.",
)
.with_attributes(&[key::HTTP_ROUTE.key, key::OPERATION_KIND])
.recorded(
    "With `http.server.request.duration`, for each kind that it asked for; `cache` and `repository` of a layer \
     that enables them.",
);

/// Requests that sent one query again and again.
pub const REPEATED_QUERIES: MetricSpec = MetricSpec::new(
    "kymo.http.server.request.repeated_queries",
    MetricKind::Counter,
    "{request}",
    "HTTP server requests in which one query came ten times or more.",
)
.with_attributes(&[key::DB_QUERY_SUMMARY.key, key::HTTP_ROUTE.key])
.recorded("With `http.server.request.duration`, once for each summary that came so often.");

/// The longest that one poll of a request kept its thread; on request.
pub const LONGEST_POLL: MetricSpec = MetricSpec::new(
    "kymo.http.server.request.longest_poll",
    MetricKind::Histogram { buckets: kymo_core::buckets::SHORT_DURATION },
    "s",
    "Longest poll of each HTTP server request.",
)
.with_attributes(&[key::HTTP_ROUTE.key])
.recorded(
    "With `http.server.request.duration`, of a layer that enables `ServerMetric::LongestPoll`.",
);

/// Polls that kept a thread of the runtime from all others for longer than 10 ms.
pub const BLOCKING: MetricSpec = MetricSpec::new(
    "kymo.http.server.request.blocking",
    MetricKind::Counter,
    "{poll}",
    "Polls of HTTP server requests that blocked their thread for more than 10 ms.",
)
.with_attributes(&[key::HTTP_ROUTE.key])
.recorded("With `http.server.request.duration`; at zero from the first request of a route.");

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
    CALL_DURATION,
    REQUEST_TIME,
    REQUEST_OPERATIONS,
    REPEATED_QUERIES,
    LONGEST_POLL,
    BLOCKING,
];

/// A metric of the server layer that can be switched on and off and given its own buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ServerMetric {
    /// `http.server.request.duration`, in seconds; on.
    RequestDuration,
    /// `http.server.active_requests`, in requests; on.
    ActiveRequests,
    /// `http.server.request.body.size`, in bytes; on.
    RequestBodySize,
    /// `http.server.response.body.size`, in bytes; on.
    ResponseBodySize,
    /// `kymo.http.server.first_byte.duration`, in seconds until the head of the response; off.
    FirstByteDuration,
    /// `kymo.http.server.active_streams`, in streams; on.
    ActiveStreams,
    /// `kymo.http.server.stream.duration`, in seconds; on.
    StreamDuration,
    /// `rpc.server.call.duration`, in seconds, of calls of gRPC; on.
    CallDuration,
    /// `kymo.http.server.request.time`, in seconds by part; on.
    RequestTime,
    /// `kymo.http.server.request.operations`, in operations by kind; on.
    RequestOperations,
    /// `kymo.http.server.request.repeated_queries`, in requests by summary; on.
    RepeatedQueries,
    /// `kymo.http.server.request.longest_poll`, in seconds; off.
    LongestPoll,
    /// `kymo.http.server.request.blocking`, in polls; on.
    Blocking,
}

impl ServerMetric {
    pub(crate) const fn spec(self) -> &'static MetricSpec {
        match self {
            Self::RequestDuration => &REQUEST_DURATION,
            Self::ActiveRequests => &ACTIVE_REQUESTS,
            Self::RequestBodySize => &REQUEST_BODY_SIZE,
            Self::ResponseBodySize => &RESPONSE_BODY_SIZE,
            Self::FirstByteDuration => &FIRST_BYTE_DURATION,
            Self::ActiveStreams => &ACTIVE_STREAMS,
            Self::StreamDuration => &STREAM_DURATION,
            Self::CallDuration => &CALL_DURATION,
            Self::RequestTime => &REQUEST_TIME,
            Self::RequestOperations => &REQUEST_OPERATIONS,
            Self::RepeatedQueries => &REPEATED_QUERIES,
            Self::LongestPoll => &LONGEST_POLL,
            Self::Blocking => &BLOCKING,
        }
    }
}

/// The instruments of one server layer; one that is switched off is absent.
#[derive(Debug)]
pub(crate) struct ServerInstruments {
    pub(crate) duration: Option<Histogram<f64>>,
    pub(crate) request_body_size: Option<Histogram<u64>>,
    pub(crate) response_body_size: Option<Histogram<u64>>,
    pub(crate) first_byte: Option<Histogram<f64>>,
    pub(crate) active_requests: Option<UpDownCounter<i64>>,
    pub(crate) active_streams: Option<UpDownCounter<i64>>,
    pub(crate) stream_duration: Option<Histogram<f64>>,
}

impl ServerInstruments {
    pub(crate) fn new(meter: &Meter, settings: &Settings) -> Self {
        let seconds = |metric| {
            let (spec, buckets) = settings.metric(metric)?;
            Some(spec.histogram_with(meter, buckets))
        };
        let bytes = |metric| {
            let (spec, buckets) = settings.metric(metric)?;
            Some(spec.integer_histogram_with(meter, buckets))
        };
        let active = |metric| Some(settings.metric(metric)?.0.up_down_counter(meter));
        Self {
            duration: seconds(ServerMetric::RequestDuration),
            request_body_size: bytes(ServerMetric::RequestBodySize),
            response_body_size: bytes(ServerMetric::ResponseBodySize),
            first_byte: seconds(ServerMetric::FirstByteDuration),
            active_requests: active(ServerMetric::ActiveRequests),
            active_streams: active(ServerMetric::ActiveStreams),
            stream_duration: seconds(ServerMetric::StreamDuration),
        }
    }
}

/// The instrument of calls, unless it is switched off: made with the first call.
pub(crate) fn call_duration(meter: &Meter, settings: &Settings) -> Option<Histogram<f64>> {
    let (spec, buckets) = settings.metric(ServerMetric::CallDuration)?;
    Some(spec.histogram_with(meter, buckets))
}

/// The instruments of bills.
pub(crate) fn bill_instruments(meter: &Meter, settings: &Settings) -> BillInstruments {
    let histogram = |metric| settings.metric(metric);
    let counter = |metric| Some(settings.metric(metric)?.0);
    BillInstruments {
        time: counter(ServerMetric::RequestTime).map(|spec| spec.real_counter(meter)),
        operations: histogram(ServerMetric::RequestOperations)
            .map(|(spec, buckets)| spec.integer_histogram_with(meter, buckets)),
        repeated_queries: counter(ServerMetric::RepeatedQueries).map(|spec| spec.counter(meter)),
        longest_poll: histogram(ServerMetric::LongestPoll)
            .map(|(spec, buckets)| spec.histogram_with(meter, buckets)),
        blocking: counter(ServerMetric::Blocking).map(|spec| spec.counter(meter)),
    }
}
