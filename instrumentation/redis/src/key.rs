//! The attribute keys of this crate's metrics, by the OpenTelemetry conventions for [Redis] where they
//! have one.
//!
//! [Redis]: https://opentelemetry.io/docs/specs/semconv/database/redis/

use kymo_core::key::AttributeKey;
pub use kymo_core::key::{
    DB_NAMESPACE, DB_OPERATION_NAME, DB_RESPONSE_STATUS_CODE, DB_SYSTEM_NAME, ERROR_TYPE,
    SERVER_ADDRESS, SERVER_PORT,
};

/// How a node of a cluster sent a command elsewhere.
pub const REDIS_REDIRECT: AttributeKey = AttributeKey::new(
    "kymo.redis.redirect",
    "`moved` if the slot has another owner, `ask` if it is on its way to one.",
);
