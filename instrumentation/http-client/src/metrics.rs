//! Every metric this crate emits, and the instruments that record them.

use kymo_core::{MetricKind, MetricSpec, buckets, key::AttributeKey};
use opentelemetry::metrics::{Histogram, Meter, UpDownCounter};

use crate::{key, settings::Settings};

const ERROR_TYPE: AttributeKey = key::ERROR_TYPE.described(
    "Why it failed: the status of a 4xx or 5xx, `timeout`, `cancelled`, `panic`, `connection_error`, \
     `name_resolution_error`, `secure_connection_error`, `response_ended`, `body_error` or `_OTHER`; \
     absent on success.",
);

const STATUS: AttributeKey = key::HTTP_RESPONSE_STATUS_CODE.described(
    "The status that was received, three digits; absent if none was, `_OTHER` when series ran out.",
);

const SCHEME: AttributeKey = key::URL_SCHEME.described(
    "Of a layer that is told to show it: `http`, `https`, or `_OTHER` for any other or when series ran \
     out.",
);

/// Time from the call of the client until the end of the response's body.
pub const REQUEST_DURATION: MetricSpec = MetricSpec::new(
    "http.client.request.duration",
    MetricKind::Histogram { buckets: buckets::HTTP_DURATION },
    "s",
    "Duration of HTTP client requests.",
)
.with_attributes(&[
    ERROR_TYPE,
    key::HTTP_REQUEST_METHOD,
    STATUS,
    key::NETWORK_PROTOCOL_VERSION,
    key::TARGET_ADDRESS.key,
    key::TARGET_PORT.key,
    SCHEME,
    key::URL_TEMPLATE.key,
])
.recorded(
    "Once for each request through `telemetry.http_client()`, when its response has ended or it was \
     dropped; of a response whose body nobody reads, of a stream and of an upgrade, as long as until the \
     response's head.",
);

/// Requests between the call of the client and the end of their response.
pub const ACTIVE_REQUESTS: MetricSpec = MetricSpec::new(
    "http.client.active_requests",
    MetricKind::UpDownCounter,
    "{request}",
    "Number of active HTTP requests.",
)
.with_attributes(&[
    key::HTTP_REQUEST_METHOD,
    key::TARGET_ADDRESS.key,
    key::TARGET_PORT.key,
    SCHEME,
    key::URL_TEMPLATE.key,
])
.recorded(
    "Up when a request enters `telemetry.http_client()`, down when its `http.client.request.duration` is \
     recorded.",
);

/// Every metric declared in this crate.
pub const ALL: &[MetricSpec] = &[REQUEST_DURATION, ACTIVE_REQUESTS];

/// A metric of the client layer that can be switched on and off and given its own buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ClientMetric {
    /// `http.client.request.duration`, in seconds; on.
    RequestDuration,
    /// `http.client.active_requests`, in requests; on.
    ActiveRequests,
}

impl ClientMetric {
    pub(crate) const fn spec(self) -> &'static MetricSpec {
        match self {
            Self::RequestDuration => &REQUEST_DURATION,
            Self::ActiveRequests => &ACTIVE_REQUESTS,
        }
    }
}

/// The instruments of one client layer; one that is switched off is absent.
#[derive(Debug)]
pub(crate) struct ClientInstruments {
    pub(crate) duration: Option<Histogram<f64>>,
    pub(crate) active_requests: Option<UpDownCounter<i64>>,
}

impl ClientInstruments {
    pub(crate) fn new(meter: &Meter, settings: &Settings) -> Self {
        let duration = settings.metric(ClientMetric::RequestDuration);
        let active_requests = settings.metric(ClientMetric::ActiveRequests);
        Self {
            duration: duration.map(|(spec, buckets)| spec.histogram_with(meter, buckets)),
            active_requests: active_requests.map(|(spec, _)| spec.up_down_counter(meter)),
        }
    }
}
