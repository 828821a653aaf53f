//! Documents of YAML.

use std::collections::BTreeMap;

use granit_parser::{Event, Options, Parser, ScalarStyle};
use serde_json::{Map, Value};

/// Reads all documents of a file of YAML; every scalar is text, but for `null`.
pub(crate) fn parse(text: &str) -> Result<Vec<Value>, String> {
    let mut options = Options::default();
    options.set_emit_comments(false);
    let mut tree = Tree::default();
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, _) = event.map_err(|error| {
            format!("line {} is no YAML: {}", error.marker().line(), error.info())
        })?;
        tree.hear(event)?;
    }
    Ok(tree.documents)
}

/// Documents that are being read.
#[derive(Default)]
struct Tree {
    documents: Vec<Value>,
    open: Vec<Open>,
    anchored: BTreeMap<usize, Value>,
    /// How many values aliases stand for.
    repeated: usize,
}

/// A collection that has not ended yet.
struct Open {
    anchor: usize,
    value: Value,
    /// Of the entry whose value comes next.
    key: Option<String>,
}

/// Values that aliases may stand for: more than rules need, and less than a machine has.
const REPEATED: usize = 100_000;

impl Tree {
    fn hear(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let is_null = style == ScalarStyle::Plain && matches!(&*text, "" | "~" | "null");
                let value = if is_null { Value::Null } else { Value::from(&*text) };
                self.put(value, anchor);
            }
            Event::SequenceStart(_, anchor, _) => self.begin(Value::Array(Vec::new()), anchor),
            Event::MappingStart(_, anchor, _) => self.begin(Value::Object(Map::new()), anchor),
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    self.put(open.value, open.anchor);
                }
            }
            Event::Alias(anchor) => {
                let value = self.anchored.get(&anchor).cloned().unwrap_or_default();
                self.repeated += size(&value);
                if self.repeated > REPEATED {
                    return Err("its aliases stand for too much".to_owned());
                }
                self.put(value, 0);
            }
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, value: Value, anchor: usize) {
        self.open.push(Open { anchor, value, key: None });
    }

    /// Puts a value where it belongs.
    fn put(&mut self, value: Value, anchor: usize) {
        if anchor > 0 {
            self.anchored.insert(anchor, value.clone());
        }
        let Some(open) = self.open.last_mut() else { return self.documents.push(value) };
        match (&mut open.value, open.key.take()) {
            (Value::Array(items), _) => items.push(value),
            (Value::Object(entries), Some(key)) => {
                entries.insert(key, value);
            }
            _ => open.key = Some(value.as_str().unwrap_or_default().to_owned()),
        }
    }
}

/// How many values there are in one.
fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Object(entries) => 1 + entries.values().map(size).sum::<usize>(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use serde_json::json;

    use super::*;

    #[test]
    fn documents_are_read_with_their_aliases() {
        let text = "a: &x {b: [1, ~]}\nc: *x\n---\n- >-\n  one\n  two\n- 'null'\n";
        let expected =
            [json!({"a": {"b": ["1", null]}, "c": {"b": ["1", null]}}), json!(["one two", "null"])];
        assert_eq!(parse(text), Ok(expected.to_vec()));
        assert!(parse("a: [1").unwrap_err().starts_with("line "));
    }

    #[test]
    fn aliases_of_aliases_do_not_fill_the_memory() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x]\n");
        for n in 1..12 {
            let before = format!("*a{}, ", n - 1).repeat(8);
            writeln!(text, "a{n}: &a{n} [{before}]").unwrap();
        }
        assert_eq!(parse(&text), Err("its aliases stand for too much".to_owned()));
    }
}
