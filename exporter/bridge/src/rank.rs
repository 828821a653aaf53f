use std::collections::BTreeMap;

use opentelemetry::{KeyValue, Value};

use crate::label::push_value;

/// Where a series stands among those of its family: the same in every process.
///
/// Metrics are sorted before they are read, and attributes by key, type and text here, since the
/// SDK shows the series of a metric in an order of its own.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    entry: usize,
    attributes: BTreeMap<String, (u8, String)>,
}

impl Rank {
    pub(crate) fn of<'a>(entry: usize, attributes: impl Iterator<Item = &'a KeyValue>) -> Self {
        let mut known = BTreeMap::new();
        for attribute in attributes {
            // Of two with the same key the first one counts.
            known.entry(attribute.key.as_str().to_owned()).or_insert_with(|| {
                let mut text = String::new();
                push_value(&mut text, &attribute.value);
                (type_of(&attribute.value), text)
            });
        }
        Rank { entry, attributes: known }
    }
}

const fn type_of(value: &Value) -> u8 {
    match value {
        Value::String(_) => 0,
        Value::I64(_) => 1,
        Value::F64(_) => 2,
        Value::Bool(_) => 3,
        _ => 4,
    }
}
