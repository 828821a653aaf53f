//! The place of a series among those that become equal to it.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use opentelemetry::{KeyValue, Value};

use crate::{beginning::beginning, label::push_value};

/// The place of a series among those of its family: the same in every process.
///
/// Metrics are sorted before they are read, and attributes by key, type and text here, since the
/// SDK shows the series of a metric in an order of its own.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    entry: usize,
    attributes: BTreeMap<String, (u8, Text)>,
}

impl Rank {
    /// The rank of a series of the metric at `entry`, of whose values it keeps `longest` bytes.
    pub(crate) fn of<'a>(
        entry: usize,
        attributes: impl Iterator<Item = &'a KeyValue>,
        longest: usize,
    ) -> Self {
        let mut known = BTreeMap::new();
        for KeyValue { key, value, .. } in attributes {
            // Of two with the same key the first one counts.
            known
                .entry(key.as_str().to_owned())
                .or_insert_with(|| (type_of(value), Text::of(value, longest)));
        }
        Rank { entry, attributes: known }
    }
}

/// The beginning of a text, and a number for the rest of it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Text {
    beginning: Box<str>,
    rest: u64,
}

impl Text {
    fn of(value: &Value, longest: usize) -> Self {
        let whole = match value {
            Value::String(text) => Cow::Borrowed(text.as_str()),
            other => {
                let mut text = String::new();
                push_value(&mut text, other);
                Cow::Owned(text)
            }
        };
        let (beginning, rest) = whole.split_at(beginning(&whole, longest).len());
        // Its keys are constant, so that every process of a program gives the same number.
        let mut hasher = DefaultHasher::new();
        if !rest.is_empty() {
            rest.hash(&mut hasher);
        }
        Text { beginning: beginning.into(), rest: hasher.finish() }
    }
}

/// The order of types: the number 1 and the text `1` are two values.
const fn type_of(value: &Value) -> u8 {
    match value {
        Value::String(_) => 0,
        Value::I64(_) => 1,
        Value::F64(_) => 2,
        Value::Bool(_) => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rank(value: impl Into<Value>) -> Rank {
        Rank::of(0, [KeyValue::new("x", value)].iter(), 4)
    }

    #[test]
    fn texts_that_differ_behind_the_cut_are_two_and_keep_their_order() {
        let (one, other) = (rank("same1"), rank("same2"));
        assert_ne!(one, other);
        assert_eq!(one.cmp(&other), rank("same1").cmp(&rank("same2")));
        assert!(rank("same") != one && rank("a") < rank("b") && rank("long5") > rank("a"));
    }

    #[test]
    fn a_text_and_a_number_are_two() {
        assert_ne!(rank(1), rank("1"));
    }
}
