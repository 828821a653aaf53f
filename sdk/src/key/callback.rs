//! The attribute keys of callbacks.

use kymo_core::key::AttributeKey;

/// The metric whose callback observed nothing.
pub const CALLBACK_METRIC: AttributeKey =
    AttributeKey::new("kymo.callback.metric", "The metric, by its OpenTelemetry name.");
