//! Attribute keys, each spelled once.
//!
//! A quoted key anywhere else in the workspace is a bug.

use opentelemetry::{Key, KeyValue, Value};

/// An attribute key and the promise that bounds its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttributeKey {
    /// The OpenTelemetry name, such as `http.route`.
    pub name: &'static str,
    /// What keeps the number of values finite.
    pub values: Values,
}

/// What keeps the values of an attribute finite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Values {
    /// A closed set known at compile time or start-up; anything else becomes `_OTHER`.
    Closed,
    /// The first values seen, up to this many; later ones become `_OTHER` and are counted in
    /// `kymo.cardinality.folded`.
    Budget(u16),
}

impl AttributeKey {
    const fn closed(name: &'static str) -> Self {
        Self { name, values: Values::Closed }
    }

    const fn budget(name: &'static str, limit: u16) -> Self {
        Self { name, values: Values::Budget(limit) }
    }

    /// The attribute with this key and `value`.
    pub fn of(&self, value: impl Into<Value>) -> KeyValue {
        KeyValue::new(Key::from_static_str(self.name), value)
    }

    /// How many values this key may take before `_OTHER`; `None` for a closed set.
    pub const fn limit(&self) -> Option<u16> {
        match self.values {
            Values::Closed => None,
            Values::Budget(limit) => Some(limit),
        }
    }
}

/// Why an operation failed; absent on success.
pub const ERROR_TYPE: AttributeKey = AttributeKey::closed("error.type");

/// The request method; `_OTHER` for a method outside the known list.
pub const HTTP_REQUEST_METHOD: AttributeKey = AttributeKey::closed("http.request.method");
/// The status code that was sent, three digits; absent if none was.
pub const HTTP_RESPONSE_STATUS_CODE: AttributeKey =
    AttributeKey::closed("http.response.status_code");
/// The route template that matched, such as `/books/{id}`; absent if none did, never the path.
pub const HTTP_ROUTE: AttributeKey = AttributeKey::budget("http.route", 300);
/// The version of the protocol: `0.9`, `1.0`, `1.1`, `2` or `3`; absent if unknown.
pub const NETWORK_PROTOCOL_VERSION: AttributeKey = AttributeKey::closed("network.protocol.version");
/// The scheme the client used: `http`, `https` or `_OTHER`.
pub const URL_SCHEME: AttributeKey = AttributeKey::closed("url.scheme");

/// What a response turned into that outlives a request: `sse`, `websocket` or `upgrade`.
pub const STREAM_KIND: AttributeKey = AttributeKey::closed("kymo.http.stream.kind");

/// The name of a layer whose series stand apart; an attribute of the instrumentation scope.
pub const LAYER: AttributeKey = AttributeKey::closed("kymo.layer");

/// The metric whose attribute was folded.
pub const FOLDED_METRIC: AttributeKey = AttributeKey::closed("kymo.cardinality.metric");
/// The attribute whose value was folded to `_OTHER`.
pub const FOLDED_ATTRIBUTE: AttributeKey = AttributeKey::closed("kymo.cardinality.attribute");
