//! Every metric this crate emits, of the push itself, and the instruments that record them.
//!
//! `error.type` of an export is `timeout`, `connection`, `rejected` (a part was refused), `too_large` (an
//! answer that was cut off), `foreign` (an answer that is none of OTLP), `cancelled` (by
//! [`Push::stop`](crate::Push::stop)), `output` (the console), `panic` (the exporter's own), the HTTP status
//! as text, or the name of the gRPC status. Of a collection it is `timeout`, `panic` or `collection`.
//! Anything else is `_OTHER`.
//!
//! An export observes its own numbers: they are part of the export after it.

use kymo_core::{MetricKind, MetricSpec, Scope, key::AttributeKey};
use opentelemetry::metrics::{Counter, Histogram, Meter, UpDownCounter};

use crate::key;

/// The failures of an export.
const ERROR_TYPE: AttributeKey = key::ERROR_TYPE.described(
    "Why it failed: the status over HTTP or gRPC, `timeout`, `connection`, `rejected`, \
     `too_large`, `foreign`, `cancelled`, `output`, `panic` or `_OTHER`; absent on success.",
);

/// The failures of a collection.
const COLLECTION_ERROR_TYPE: AttributeKey = key::ERROR_TYPE
    .described("Why it failed: `timeout`, `panic`, `collection` or `_OTHER`; absent on success.");

/// The attributes of an exporter.
const EXPORTER: &[AttributeKey] =
    &[key::COMPONENT_NAME, key::COMPONENT_TYPE, key::SERVER_ADDRESS, key::SERVER_PORT];

/// Time from the first try of an export until its last one ended, waits included.
pub const OPERATION_DURATION: MetricSpec = MetricSpec::new(
    "otel.sdk.exporter.operation.duration",
    MetricKind::Histogram { buckets: &[] },
    "s",
    "The duration of exporting a batch of telemetry records.",
)
.with_attributes(&[
    ERROR_TYPE,
    key::HTTP_RESPONSE_STATUS_CODE,
    key::COMPONENT_NAME,
    key::COMPONENT_TYPE,
    key::RPC_RESPONSE_STATUS_CODE.described(
        "The status of the last call over gRPC, such as `OK` or `UNAVAILABLE`; absent if none came.",
    ),
    key::SERVER_ADDRESS,
    key::SERVER_PORT,
])
.recorded("Once for each export, after its last try, by a service that pushes.");

/// Data points of the export under way, through all its tries.
pub const DATA_POINT_INFLIGHT: MetricSpec = MetricSpec::new(
    "otel.sdk.exporter.metric_data_point.inflight",
    MetricKind::UpDownCounter,
    "{data_point}",
    "The number of metric data points which were passed to the exporter, but that have \
                  not been exported yet (neither successful, nor failed).",
)
.with_attributes(EXPORTER)
.recorded("Up when an export begins, down when it is over, by a service that pushes.");

/// Data points whose export is over, each once; those without `error.type` arrived.
pub const DATA_POINT_EXPORTED: MetricSpec = MetricSpec::new(
    "otel.sdk.exporter.metric_data_point.exported",
    MetricKind::Counter,
    "{data_point}",
    "The number of metric data points for which the export has finished, either \
                  successful or failed.",
)
.with_attributes(&[
    ERROR_TYPE,
    key::COMPONENT_NAME,
    key::COMPONENT_TYPE,
    key::SERVER_ADDRESS,
    key::SERVER_PORT,
])
.recorded("When an export is over, by a service that pushes.");

/// Time a collection took, callbacks of observable instruments included.
pub const COLLECTION_DURATION: MetricSpec = MetricSpec::new(
    "otel.sdk.metric_reader.collection.duration",
    MetricKind::Histogram { buckets: &[] },
    "s",
    "The duration of the collect operation of the metric reader.",
)
.with_attributes(&[COLLECTION_ERROR_TYPE, key::COMPONENT_NAME, key::COMPONENT_TYPE])
.recorded("Once for each collection for a push.");

/// All of them.
pub const ALL: &[MetricSpec] =
    &[OPERATION_DURATION, DATA_POINT_INFLIGHT, DATA_POINT_EXPORTED, COLLECTION_DURATION];

/// The instrumentation scope of all of them.
pub(crate) const SCOPE: Scope = Scope::of_crate(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));

/// The instruments of one push, once it has a meter provider.
pub(crate) struct Instruments {
    pub(crate) operation_duration: Histogram<f64>,
    pub(crate) inflight: UpDownCounter<i64>,
    pub(crate) exported: Counter<u64>,
    pub(crate) collection_duration: Histogram<f64>,
}

impl Instruments {
    pub(crate) fn new(meter: &Meter) -> Self {
        Self {
            operation_duration: OPERATION_DURATION.histogram(meter),
            inflight: DATA_POINT_INFLIGHT.up_down_counter(meter),
            exported: DATA_POINT_EXPORTED.counter(meter),
            collection_duration: COLLECTION_DURATION.histogram(meter),
        }
    }
}
