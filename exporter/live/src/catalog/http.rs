//! Sections of HTTP and gRPC.

use super::program::{ERROR_SHARE, ERRORS, MEDIAN, P90, P99, RATE, TOTAL};
use crate::section::{Column, Feed, Metric, Rows, Section, To, Unit, Value};

const ACTIVE: usize = 2;

/// The requests that the program answers.
pub(crate) const SERVER: Section = Section {
    id: "http",
    title: "HTTP requests",
    feature: "http",
    key: &[("http.request.method", "method"), ("http.route", "route")],
    rows: Rows::Keyed,
    feeds: &[
        Feed::new(Metric::histogram("http.server.request.duration"), To::Timed),
        Feed::new(Metric::gauge("http.server.active_requests", "{request}"), To::Total(ACTIVE)),
    ],
    columns: &[
        RATE,
        ERROR_SHARE,
        MEDIAN,
        P90,
        P99,
        TOTAL,
        ERRORS,
        Column::new("active", "in flight", Unit::Number, Value::Latest(ACTIVE)).summed(),
    ],
    spared: &["cancelled"],
    order: 0,
};

/// The gRPC calls that the program answers.
pub(crate) const GRPC: Section = Section {
    id: "grpc",
    title: "gRPC calls",
    feature: "http",
    key: &[("rpc.method", "method")],
    rows: Rows::Keyed,
    feeds: &[Feed::new(Metric::histogram("rpc.server.call.duration"), To::Timed)],
    columns: &[RATE, ERROR_SHARE, MEDIAN, P90, P99, TOTAL, ERRORS],
    spared: &["cancelled", "UNIMPLEMENTED"],
    order: 0,
};

/// The requests that the program sends.
pub(crate) const CLIENT: Section = Section {
    id: "client",
    title: "Requests to others",
    feature: "http-client",
    key: &[
        ("http.request.method", "method"),
        ("server.address", "host"),
        ("url.template", "template"),
    ],
    rows: Rows::Keyed,
    feeds: &[
        Feed::new(Metric::histogram("http.client.request.duration"), To::Timed),
        Feed::new(Metric::gauge("http.client.active_requests", "{request}"), To::Total(ACTIVE)),
    ],
    columns: &[
        RATE,
        ERROR_SHARE,
        MEDIAN,
        P90,
        P99,
        TOTAL,
        ERRORS,
        Column::new("active", "in flight", Unit::Number, Value::Latest(ACTIVE)).summed(),
    ],
    spared: &["cancelled"],
    order: 0,
};
