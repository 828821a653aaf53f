//! Labels of Prometheus, made of attributes of OpenTelemetry.

use std::fmt::{self, Write};

use kymo_exposition::Label;
use opentelemetry::{Array, Value};
use opentelemetry_sdk::Resource;

use crate::spelling::{Spelling, escaped_label};

/// A label that many series have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnedLabel {
    pub(crate) name: String,
    pub(crate) value: String,
}

impl OwnedLabel {
    pub(crate) fn borrowed(&self) -> Label<'_> {
        Label { name: &self.name, value: &self.value }
    }
}

impl From<Label<'_>> for OwnedLabel {
    fn from(label: Label<'_>) -> Self {
        OwnedLabel { name: label.name.to_owned(), value: label.value.to_owned() }
    }
}

/// Translates attributes, joining the values of keys that become the same label name.
///
/// Values are joined by `;` in the lexicographic order of the original keys, as the OpenTelemetry
/// specification asks in "Prometheus and `OpenMetrics` compatibility", section Metric Attributes. Names
/// that are the same without UTF-8 are the same, and the last of them is shown.
/// The labels come out sorted by name.
pub(crate) fn merge<'a>(
    attributes: impl Iterator<Item = (&'a str, &'a Value)>,
    spelling: Spelling,
) -> Vec<OwnedLabel> {
    let named = |(key, value)| {
        let name = spelling.label(key);
        (escaped_label(&name).into_owned(), key, name, value)
    };
    let mut sorted: Vec<_> = attributes.map(named).collect();
    sorted.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    let mut labels: Vec<OwnedLabel> = Vec::with_capacity(sorted.len());
    for (escaped, _, name, attribute) in sorted {
        if let Some(last) = labels.last_mut().filter(|last| escaped_label(&last.name) == escaped) {
            last.name = name;
            last.value.push(';');
            push_value(&mut last.value, attribute);
        } else {
            let mut value = String::new();
            push_value(&mut value, attribute);
            labels.push(OwnedLabel { name, value });
        }
    }
    labels
}

/// The labels for those resource attributes that are chosen.
pub(crate) fn of_resource(
    resource: &Resource,
    spelling: Spelling,
    choose: &dyn Fn(&str) -> bool,
) -> Vec<OwnedLabel> {
    let all = resource.iter().map(|(key, value)| (key.as_str(), value));
    merge(all.filter(|(key, _)| choose(key)), spelling)
}

/// The labels that every series of a scope has, of those that are given: each name once, and none that of
/// a bucket, which gets the prefix that it has as an attribute.
pub(crate) fn of_scope(labels: impl Iterator<Item = OwnedLabel>) -> Vec<OwnedLabel> {
    joined(labels.map(|label| match label.name.as_str() {
        "le" => OwnedLabel { name: "exported_le".into(), ..label },
        _ => label,
    }))
}

/// Joins the values of labels with the same name, as those of attributes are.
pub(crate) fn joined(labels: impl Iterator<Item = OwnedLabel>) -> Vec<OwnedLabel> {
    let mut joined: Vec<OwnedLabel> = Vec::new();
    for label in labels {
        let is_same =
            |before: &&mut OwnedLabel| escaped_label(&before.name) == escaped_label(&label.name);
        match joined.iter_mut().find(is_same) {
            Some(before) => {
                before.value.push(';');
                before.value.push_str(&label.value);
            }
            None => joined.push(label),
        }
    }
    joined
}

/// Appends an attribute's value as text.
///
/// Strings are as they are, everything else is as in JSON, as the OpenTelemetry specification asks
/// in "`AnyValue` representation for non-OTLP protocols".
pub(crate) fn push_value(out: &mut String, value: &Value) {
    // Writing into a string cannot fail.
    let _ = match value {
        Value::String(text) => out.write_str(text.as_str()),
        Value::I64(number) => out.write_str(itoa::Buffer::new().format(*number)),
        Value::F64(number) => push_float(out, *number, ""),
        Value::Array(Array::F64(numbers)) => {
            push_array(out, numbers, |out, number| push_float(out, *number, "\""))
        }
        Value::Array(Array::String(texts)) => {
            push_array(out, texts, |out, text| push_quoted(out, text.as_str()))
        }
        other => write!(out, "{other}"),
    };
}

/// Appends a list as in JSON, without spaces.
fn push_array<T>(
    out: &mut String,
    items: &[T],
    push: impl Fn(&mut String, &T) -> fmt::Result,
) -> fmt::Result {
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        push(out, item)?;
    }
    out.write_char(']')
}

/// A float as in JSON, which has no words for what is no number: those are quoted in arrays.
fn push_float(out: &mut String, number: f64, quote: &str) -> fmt::Result {
    match number {
        number if number.is_finite() => write!(out, "{number}"),
        f64::INFINITY => write!(out, "{quote}Infinity{quote}"),
        f64::NEG_INFINITY => write!(out, "{quote}-Infinity{quote}"),
        _ => write!(out, "{quote}NaN{quote}"),
    }
}

/// Appends a string as in JSON, with its quotes.
fn push_quoted(out: &mut String, text: &str) -> fmt::Result {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => write!(out, "\\u{:04x}", u32::from(control))?,
            other => out.push(other),
        }
    }
    out.write_char('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: impl Into<Value>) -> String {
        let mut out = String::new();
        push_value(&mut out, &value.into());
        out
    }

    #[test]
    fn values_that_are_no_strings_are_as_in_json() {
        assert_eq!(text("a \"b\""), "a \"b\"");
        assert_eq!(text(true), "true");
        assert_eq!(text(-7_i64), "-7");
        assert_eq!(text(0.5), "0.5");
        assert_eq!(text(f64::INFINITY), "Infinity");
        assert_eq!(text(f64::NAN), "NaN");
        assert_eq!(text(Value::Array(Array::I64(vec![1, 2]))), "[1,2]");
        assert_eq!(text(Value::Array(Array::Bool(vec![]))), "[]");
        assert_eq!(
            text(Value::Array(Array::F64(vec![1.5, f64::NEG_INFINITY]))),
            "[1.5,\"-Infinity\"]"
        );
        let texts = vec!["a".into(), "\"\\\n\u{1}".into()];
        assert_eq!(text(Value::Array(Array::String(texts))), r#"["a","\"\\\n\u0001"]"#);
    }

    #[test]
    fn values_of_keys_that_become_one_are_joined_in_either_spelling() {
        let (one, two, three) = (Value::from("1"), Value::from("2"), Value::from("3"));
        let all = || [("b", &three), ("a_b", &two), ("a.b", &one), ("c.d", &one)].into_iter();
        let label = |name: &str, value: &str| OwnedLabel { name: name.into(), value: value.into() };
        let both = [label("a_b", "1;2"), label("b", "3")];
        let merged = merge(all(), Spelling::Underscores);
        assert_eq!(merged, [&both[..], &[label("c_d", "1")]].concat());
        let merged = merge(all(), Spelling::Utf8);
        assert_eq!(merged, [&both[..], &[label("c.d", "1")]].concat());
    }
}
