//! The value of an attribute.

use std::collections::BTreeMap;

/// Attributes by key.
pub type Attributes = BTreeMap<String, Attribute>;

/// The value of an attribute, with its type.
#[derive(Clone, Debug, PartialEq)]
pub enum Attribute {
    /// A string.
    Text(String),
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A floating-point number.
    Double(f64),
    /// An array.
    List(Vec<Attribute>),
}

impl Attribute {
    /// The value as a Prometheus label shows it.
    ///
    /// Strings stand as they are, everything else as JSON:
    /// <https://opentelemetry.io/docs/specs/otel/common/#anyvalue-representation-for-non-otlp-protocols>.
    pub fn label(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            other => other.json().to_string(),
        }
    }

    fn json(&self) -> serde_json::Value {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Bool(bool) => (*bool).into(),
            Self::Int(int) => (*int).into(),
            Self::Double(double) => (*double).into(),
            Self::List(list) => list.iter().map(Self::json).collect(),
        }
    }
}
