//! Every metric this crate emits beside those of `kymo-cache`, and the instruments that record them.

use kymo_core::{MetricKind, MetricSpec, Scope, buckets, key::AttributeKey};
use opentelemetry::metrics::{Counter, Histogram, Meter};

use crate::key;

const ERROR_TYPE: AttributeKey = key::ERROR_TYPE.described(
    "Why it failed: what the server's error begins with, such as `WRONGTYPE`, `timeout`, \
     `connection_lost`, `connection_refused`, `io`, `cancelled`, `panic` and the like; absent on \
     success.",
);

/// Time from the first poll of a command, or of a pipeline, until its reply, its error or its drop.
///
/// Its buckets are those that the conventions advise, and three below one millisecond.
///
/// `error.type` is what the server's error begins with if that is well known, such as `WRONGTYPE`,
/// `MOVED`, `READONLY`, `LOADING`, `OOM` or `ERR`; `timeout`, `connection_lost`,
/// `connection_refused`, `io`, `authentication_failed`, `cluster_connection_not_found` or `sentinel`
/// of the connection; `client`, `configuration`, `parse` or `unexpected_return_type` of the client;
/// `cancelled` or `panic`; else `_OTHER`. `db.response.status_code` has the first hundred codes,
/// also those that scripts make up: a code is up to 24 capitals, so use no key as one.
pub const OPERATION_DURATION: MetricSpec = MetricSpec::new(
    "db.client.operation.duration",
    MetricKind::Histogram { buckets: buckets::DB_DURATION },
    "s",
    "Duration of database client operations.",
)
.with_attributes(&[
        key::DB_NAMESPACE.key,
        key::DB_OPERATION_NAME,
        key::DB_RESPONSE_STATUS_CODE.key,
        key::DB_SYSTEM_NAME,
        ERROR_TYPE,
        key::SERVER_ADDRESS,
        key::SERVER_PORT,
    ])
.recorded(
    "Once for each command or pipeline through what `telemetry.redis(…)` made, when it has ended or was \
     dropped.",
);

/// Answers by which a node of a cluster sent a command, or a pipeline, to another; a connection made
/// by `Redis::cluster` follows them by itself, but those to atomic pipelines.
///
/// Many are a sign of slots on the move, or of clients that do not learn where they went.
pub const REDIRECTS: MetricSpec = MetricSpec::new(
    "kymo.redis.redirects",
    MetricKind::Counter,
    "{redirect}",
    "Answers of a cluster's nodes that sent a command elsewhere.",
)
.with_attributes(&[
        key::DB_NAMESPACE.key,
        key::DB_SYSTEM_NAME,
        key::REDIS_REDIRECT,
        key::SERVER_ADDRESS,
        key::SERVER_PORT,
    ])
.recorded(
    "When a node of a cluster that `telemetry.redis_handle(…).cluster(…)` connects to answers with a \
     redirect.",
);

/// Every metric declared in this crate.
pub const ALL: &[MetricSpec] = &[OPERATION_DURATION, REDIRECTS];

/// The instrumentation scope of all of them.
pub(crate) const SCOPE: Scope = Scope::of_crate(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));

/// The instruments of all measured connections of one meter provider.
#[derive(Debug)]
pub(crate) struct Instruments {
    pub(crate) duration: Histogram<f64>,
    #[allow(dead_code, reason = "clusters, which have redirects, are a feature")]
    pub(crate) redirects: Counter<u64>,
}

impl Instruments {
    pub(crate) fn new(meter: &Meter) -> Self {
        Self { duration: OPERATION_DURATION.histogram(meter), redirects: REDIRECTS.counter(meter) }
    }
}
