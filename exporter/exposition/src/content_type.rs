//! The names of documents in HTTP.

use crate::{Format, Scheme};

/// The `Content-Type` of a document in this format, with names by the scheme that it applies.
pub(crate) const fn of(format: Format, applied: Scheme) -> &'static str {
    let [underscores, dots, values, utf8] = match format {
        Format::Text004 => TEXT_004,
        Format::Text100 => TEXT_100,
        Format::OpenMetrics001 => OPENMETRICS_001,
        Format::OpenMetrics100 => OPENMETRICS_100,
        Format::OpenMetrics200 => OPENMETRICS_200,
        Format::Protobuf => PROTOBUF,
    };
    match applied {
        Scheme::Underscores => underscores,
        Scheme::Dots => dots,
        Scheme::Values => values,
        Scheme::AllowUtf8 => utf8,
    }
}

/// By the scheme, in the order of [`Scheme::ALL`]. Where a format has no quotes, every reader expects underscores.
type ByScheme = [&'static str; 4];

const TEXT_004: ByScheme = [
    "text/plain; version=0.0.4; charset=utf-8",
    "text/plain; version=0.0.4; charset=utf-8; escaping=dots",
    "text/plain; version=0.0.4; charset=utf-8; escaping=values",
    "text/plain; version=0.0.4; charset=utf-8",
];
const TEXT_100: ByScheme = [
    "text/plain; version=1.0.0; charset=utf-8; escaping=underscores",
    "text/plain; version=1.0.0; charset=utf-8; escaping=dots",
    "text/plain; version=1.0.0; charset=utf-8; escaping=values",
    "text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8",
];
const OPENMETRICS_001: ByScheme = [
    "application/openmetrics-text; version=0.0.1; charset=utf-8",
    "application/openmetrics-text; version=0.0.1; charset=utf-8; escaping=dots",
    "application/openmetrics-text; version=0.0.1; charset=utf-8; escaping=values",
    "application/openmetrics-text; version=0.0.1; charset=utf-8",
];
const OPENMETRICS_100: ByScheme = [
    "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores",
    "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=dots",
    "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=values",
    "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8",
];
const OPENMETRICS_200: ByScheme = [
    "application/openmetrics-text; version=2.0.0; charset=utf-8; escaping=underscores",
    "application/openmetrics-text; version=2.0.0; charset=utf-8; escaping=dots",
    "application/openmetrics-text; version=2.0.0; charset=utf-8; escaping=values",
    "application/openmetrics-text; version=2.0.0; charset=utf-8; escaping=allow-utf-8",
];
const PROTOBUF: ByScheme = [
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; escaping=underscores",
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; escaping=dots",
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; escaping=values",
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; escaping=allow-utf-8",
];
