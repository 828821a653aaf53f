//! The attribute keys of this crate's metrics.

use kymo_core::key::AttributeKey;
pub use kymo_core::key::{ERROR_TYPE, HTTP_RESPONSE_STATUS_CODE, SERVER_ADDRESS, SERVER_PORT};

/// The name of an exporter or reader, such as `otlp_http_metric_exporter/0`.
pub const COMPONENT_NAME: AttributeKey = AttributeKey::new(
    "otel.component.name",
    "The part of the SDK: its type, a slash, and its number in the order of making.",
);

/// The kind of exporter or reader, such as `otlp_http_metric_exporter`.
pub const COMPONENT_TYPE: AttributeKey = AttributeKey::new(
    "otel.component.type",
    "`otlp_http_metric_exporter`, `otlp_grpc_metric_exporter`, `console_metric_exporter` or \
     `periodic_metric_reader`.",
);

/// The status of a call over gRPC.
pub const RPC_RESPONSE_STATUS_CODE: AttributeKey = AttributeKey::new(
    "rpc.response.status_code",
    "The status of the last call over gRPC, such as `OK` or `UNAVAILABLE`; absent if none came.",
);
