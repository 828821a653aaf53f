//! YAML as JSON.

use std::collections::BTreeMap;

use granit_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Number, Value};

/// The documents of a file.
///
/// # Panics
///
/// When it is no YAML, or has a key that is no text, or one twice.
pub fn documents(text: &str) -> Vec<Value> {
    let mut reader = Reader::default();
    for event in Parser::new_from_str(text) {
        let (event, span) =
            event.unwrap_or_else(|error| panic!("{}: {error}", error.marker().line()));
        reader.hear(event, span.start.line());
    }
    reader.documents
}

/// What has been read so far.
#[derive(Default)]
struct Reader {
    documents: Vec<Value>,
    open: Vec<(usize, Open)>,
    anchored: BTreeMap<usize, Value>,
}

/// A collection that has not ended.
enum Open {
    List(Vec<Value>),
    Map(Map<String, Value>, Option<String>),
}

impl Reader {
    fn hear(&mut self, event: Event<'_>, line: usize) {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                if let Some((_, Open::Map(_, key @ None))) = self.open.last_mut() {
                    *key = Some(text.into_owned());
                } else {
                    self.put(scalar(&text, style), anchor, line);
                }
            }
            Event::SequenceStart(_, anchor, _) => self.open.push((anchor, Open::List(Vec::new()))),
            Event::MappingStart(_, anchor, _) => {
                self.open.push((anchor, Open::Map(Map::new(), None)));
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let (anchor, open) = self.open.pop().expect("what ends has begun");
                let value = match open {
                    Open::List(items) => Value::from(items),
                    Open::Map(entries, _) => Value::from(entries),
                };
                self.put(value, anchor, line);
            }
            Event::Alias(anchor) => {
                let value = self.anchored.get(&anchor).cloned();
                self.put(value.expect("an alias is of something before"), 0, line);
            }
            _ => {}
        }
    }

    fn put(&mut self, value: Value, anchor: usize, line: usize) {
        if anchor > 0 {
            self.anchored.insert(anchor, value.clone());
        }
        match self.open.last_mut() {
            None => self.documents.push(value),
            Some((_, Open::List(items))) => items.push(value),
            Some((_, Open::Map(entries, key))) => {
                let key = key.take().unwrap_or_else(|| panic!("line {line}: no text is the key"));
                assert!(
                    entries.insert(key.clone(), value).is_none(),
                    "line {line}: {key} is there twice"
                );
            }
        }
    }
}

/// As the core schema of YAML has it.
fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::from(text);
    }
    let number = || {
        text.parse::<i64>().ok().map(Number::from).or_else(|| Number::from_f64(text.parse().ok()?))
    };
    match text {
        "" | "~" | "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        // `nan` and `inf` are names there.
        _ if text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) => {
            number().map_or_else(|| Value::from(text), Value::from)
        }
        _ => Value::from(text),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_file_is_read_as_it_is_meant() {
        let text = "a: &it [1, 2.5, \"3\", v1.2, -x]\nb: *it\nc: {d: true, e: ~, f: 15s}\n---\ng: |-\n  h\n  i\n";
        let list = json!([1, 2.5, "3", "v1.2", "-x"]);
        let first = json!({"a": list, "b": list, "c": {"d": true, "e": null, "f": "15s"}});
        assert_eq!(documents(text), [first, json!({"g": "h\ni"})]);
    }

    #[test]
    #[should_panic(expected = "a is there twice")]
    fn a_key_that_is_there_twice_is_a_fault() {
        documents("a: 1\na: 2\n");
    }
}
