//! The attributes of a series, a scope or a resource.

use std::{collections::BTreeMap, fmt};

use opentelemetry::{KeyValue, Value};

/// Attributes, sorted by their key.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Attributes(BTreeMap<String, Value>);

impl Attributes {
    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// All of them by their key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// `{genre="poetry", page=7}`: text in quotes, anything else without.
impl fmt::Display for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (n, (key, value)) in self.iter().enumerate() {
            let comma = if n == 0 { "" } else { ", " };
            write!(f, "{comma}{key}={}", Shown(value))?;
        }
        f.write_str("}")
    }
}

impl FromIterator<KeyValue> for Attributes {
    fn from_iter<I: IntoIterator<Item = KeyValue>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|pair| (pair.key.to_string(), pair.value)).collect())
    }
}

impl<'a> FromIterator<&'a KeyValue> for Attributes {
    fn from_iter<I: IntoIterator<Item = &'a KeyValue>>(pairs: I) -> Self {
        pairs.into_iter().cloned().collect()
    }
}

/// A value as it is printed: the type of one that is wrong shows.
pub(crate) struct Shown<'a>(pub(crate) &'a Value);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::String(text) => write!(f, "{:?}", text.as_str()),
            // `1.0`, because `1` would be an integer.
            Value::F64(float) => write!(f, "{float:?}"),
            other => write!(f, "{other}"),
        }
    }
}
