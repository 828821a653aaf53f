//! Every metric this crate emits, of who is let in.

use kymo_core::{
    MetricKind, MetricSpec, Scope,
    key::{self, AttributeKey},
};

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
pub const ALL: &[MetricSpec] = &[CERTIFICATE_EXPIRY, REFUSALS, RELOADS];
