//! Every metric this crate emits: of scrapes, of the page, of listeners, and of who is let in.
//!
//! A scrape is measured when it is over, so that its own numbers are on the page after it.

use kymo_core::{MetricKind, MetricSpec, Scope, key::AttributeKey};

use crate::key;

const SCRAPE_ERROR: AttributeKey = key::ERROR_TYPE.described(
    "Why it got no page, or not all of it: `panic` (of a source), `timeout`, `busy` (too many wait), \
     `thread` (the system has none left), `withdrawn` (the client reads too slowly) or `cancelled` (the \
     client left); absent on success.",
);

const LEFT_OUT: AttributeKey = key::ERROR_TYPE.described(
    "Why: `malformed`, `unsupported` (the format has no way to write it) or `full` (the page is as long \
     as it may be).",
);

const LOST: AttributeKey = key::ERROR_TYPE.described(
    "What a page lacks of series and families that are on it: `exemplar`, `exemplar_label`, `sum` (of a \
     histogram or summary), `count` (of a histogram), or `unit` or `kind` of a family.",
);

/// Scrapes, however they end.
pub const SCRAPE_REQUESTS: MetricSpec = MetricSpec::new(
    "kymo.scrape.requests",
    MetricKind::Counter,
    "{request}",
    "Scrapes that were let in, however they ended, and looks at the page for humans.",
)
.with_attributes(&[SCRAPE_ERROR, key::SCRAPE_FORMAT])
.recorded(
    "When a scrape has its response, or has failed or left; each end is there before, at zero.",
);

/// Time from a scrape's request until its response was taken.
pub const SCRAPE_DURATION: MetricSpec = MetricSpec::new(
    "kymo.scrape.duration",
    MetricKind::Histogram {
        buckets: &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0],
    },
    "s",
    "Time from the request of a scrape until the last of its response was handed to the connection.",
)
.with_attributes(&[SCRAPE_ERROR, key::SCRAPE_FORMAT])
.recorded("When a scrape has its response, or has failed or left.");

/// Bytes of the responses to scrapes, as they are sent.
pub const SCRAPE_RESPONSE_SIZE: MetricSpec = MetricSpec::new(
    "kymo.scrape.response.size",
    MetricKind::Histogram {
        buckets: &[
            1_024.0,
            4_096.0,
            16_384.0,
            65_536.0,
            262_144.0,
            1_048_576.0,
            4_194_304.0,
            16_777_216.0,
            67_108_864.0,
            268_435_456.0,
        ],
    },
    "By",
    "Bytes of a page, or of as much of it as a client took, compressed where it is.",
)
.with_attributes(&[key::SCRAPE_ENCODING, key::SCRAPE_FORMAT])
.recorded("When the page of a scrape was handed to the connection, or its client left.");

/// Series of the page, by family.
pub const SCRAPE_SERIES: MetricSpec = MetricSpec::new(
    "kymo.scrape.series",
    MetricKind::UpDownCounter,
    "{series}",
    "Series on the page before this one.",
)
.with_attributes(&[key::SCRAPE_FAMILY.key])
.recorded("At every collection, once there was a page.");

/// Series that are not on the page.
pub const SCRAPE_SERIES_LEFT_OUT: MetricSpec = MetricSpec::new(
    "kymo.scrape.series.left_out",
    MetricKind::Counter,
    "{series}",
    "Series that a page lacks, because they cannot be written or have no room.",
)
.with_attributes(&[LEFT_OUT])
.recorded("With each page that lacks some; each cause is there before, at zero.");

/// Parts of series that are not on the page, in the metric that counts what is lost before them.
pub const SCRAPE_LOSSES: MetricSpec = MetricSpec::new(
    "kymo.scrape.losses",
    MetricKind::Counter,
    "{measurement}",
    "What readings lacked of what was measured, or had with less than was measured.",
)
.with_attributes(&[LOST])
.recorded(
    "With each page that lacks parts which its format has, and cannot say of these series; each part is there \
     before, at zero.",
);

/// Listeners for scrapes.
pub const LISTENERS: MetricSpec = MetricSpec::new(
    "kymo.endpoint.listeners",
    MetricKind::UpDownCounter,
    "{listener}",
    "Listeners for scrapes that are open.",
)
.with_attributes(&[
    key::SERVER_ADDRESS.described("The address that is listened on, or the path of the socket."),
    key::SERVER_PORT.described("The port that was taken; absent for a unix socket."),
])
.recorded("At every collection, for each listener of the metrics' own.");

const REFUSAL: AttributeKey = key::ERROR_TYPE.described(
    "Why: `network`, `handshake`, `certificate`, `credentials`, `busy` (it guesses, or too many do) or \
     `rate`.",
);

const BROKEN: AttributeKey = key::ERROR_TYPE.described(
    "Why it is not followed: `broken`, or `less` (it would let in everybody, or encrypt nothing); absent \
     if it is.",
);

/// The time until which the certificate of the listener is valid.
pub const CERTIFICATE_EXPIRY: MetricSpec = MetricSpec::new(
    "kymo.endpoint.tls.certificate.expiry",
    MetricKind::Gauge,
    "s",
    "When the certificate of the metrics' own listener expires, or the first of its chain, in seconds \
     since 1970.",
)
.recorded("At every collection, by a service whose web-config file has a certificate.");

/// Scrapes that were not let in.
pub const REFUSALS: MetricSpec = MetricSpec::new(
    "kymo.endpoint.refusals",
    MetricKind::Counter,
    "{refusal}",
    "Scrapes, and connections, that the rules of who may scrape did not let in.",
)
.with_attributes(&[REFUSAL])
.recorded("When a scrape or a connection is not let in, by a service that says who may scrape.");

/// Files of the rules that were read anew.
pub const RELOADS: MetricSpec = MetricSpec::new(
    "kymo.endpoint.access.reloads",
    MetricKind::Counter,
    "{reload}",
    "Changes of the files that say who may scrape; what is not followed leaves the old rules in force.",
)
.with_attributes(&[BROKEN])
.recorded("When a file of the rules has changed.");

pub(crate) const SCOPE: Scope = Scope::of_crate(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));

/// All of them.
pub const ALL: &[MetricSpec] = &[
    SCRAPE_REQUESTS,
    SCRAPE_DURATION,
    SCRAPE_RESPONSE_SIZE,
    SCRAPE_SERIES,
    SCRAPE_SERIES_LEFT_OUT,
    SCRAPE_LOSSES,
    LISTENERS,
    CERTIFICATE_EXPIRY,
    REFUSALS,
    RELOADS,
];
