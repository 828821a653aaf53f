//! How much the exemplars of one metric may take.

use std::sync::Arc;

use opentelemetry::{Array, KeyValue, Value};

/// How much the exemplars of one metric may take: others choose how many series there are, and how long the
/// attributes that a view dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExemplarLimits {
    /// The series that have any, at most.
    pub series: usize,
    /// The bytes of a text that a view dropped, at most.
    pub value_bytes: usize,
    /// The bytes that all attributes together have which one exemplar keeps and its series has not, at most; 0
    /// keeps none of them.
    pub filtered_bytes: usize,
}

impl Default for ExemplarLimits {
    /// 2,000 series, as the OpenTelemetry specification has it for what is aggregated, and 256 bytes of what was
    /// dropped, be it of one text.
    fn default() -> Self {
        Self { series: 2000, value_bytes: FILTERED, filtered_bytes: FILTERED }
    }
}

/// The usual bytes of what an exemplar keeps and its series has not.
const FILTERED: usize = 256;

/// The bytes that the shortest of them counts as, so that there are no more than sixteen.
const SHORTEST: usize = 16;

impl ExemplarLimits {
    /// Copies of `attributes`, if there are any, as far as there is room for them; a text that is too long is
    /// cut, and an array is left out.
    pub(super) fn copy<'a>(
        self,
        attributes: impl IntoIterator<Item = &'a KeyValue>,
    ) -> Option<Arc<[KeyValue]>> {
        let mut room = self.filtered_bytes;
        let mut copies = Vec::new();
        for KeyValue { key, value, .. } in attributes {
            if room == 0 {
                break;
            }
            let Some(left) = room.checked_sub(key.as_str().len()) else { continue };
            let Some((value, bytes)) = cut(value, left.min(self.value_bytes), left) else {
                continue;
            };
            room = room.saturating_sub((key.as_str().len() + bytes).max(SHORTEST));
            copies.push(KeyValue::new(key.clone(), value));
        }
        (!copies.is_empty()).then(|| copies.into())
    }
}

/// A copy of a value and its length, if it fits in what is `left`, or is a text of which `longest` bytes do.
fn cut(value: &Value, longest: usize, left: usize) -> Option<(Value, usize)> {
    let bytes = match value {
        Value::String(text) => {
            let text = text.as_str();
            let mut end = text.len().min(longest);
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            let is_left_out = end == 0 && !text.is_empty();
            return (!is_left_out).then(|| (Value::from(text[..end].to_owned()), end));
        }
        Value::Array(Array::Bool(all)) => all.len(),
        Value::Array(Array::I64(all)) => all.len().saturating_mul(size_of::<i64>()),
        Value::Array(Array::F64(all)) => all.len().saturating_mul(size_of::<f64>()),
        Value::Array(Array::String(all)) => {
            all.iter().map(|text| text.as_str().len() + SHORTEST).sum()
        }
        Value::Bool(_) | Value::I64(_) | Value::F64(_) => size_of::<u64>(),
        _ => return None,
    };
    (bytes <= left).then(|| (value.clone(), bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys and the values of what is kept of `attributes`.
    fn kept(value_bytes: usize, attributes: &[KeyValue]) -> Vec<(String, String)> {
        let limits = ExemplarLimits { value_bytes, ..ExemplarLimits::default() };
        let copies = limits.copy(attributes);
        let pair = |it: &KeyValue| (it.key.to_string(), it.value.to_string());
        copies.iter().flat_map(|copies| copies.iter()).map(pair).collect()
    }

    fn pair(key: &str, value: impl Into<String>) -> (String, String) {
        (key.to_owned(), value.into())
    }

    #[test]
    fn all_that_an_exemplar_keeps_of_what_was_dropped_has_256_bytes_at_most() {
        let long = "x".repeat(1 << 20);
        assert_eq!(kept(4096, &[KeyValue::new("a", long.clone())]), [pair("a", "x".repeat(255))]);
        let after = [KeyValue::new("a", "y".repeat(200)), KeyValue::new("b", long.clone())];
        let expected = [pair("a", "y".repeat(200)), pair("b", "x".repeat(54))];
        assert_eq!(kept(4096, &after), expected);
        // What is short comes in though something long before it does not.
        let texts = Array::String(vec![long.clone().into()]);
        let after = [
            KeyValue::new("texts", Value::Array(texts)),
            KeyValue::new("numbers", Value::Array(Array::I64(vec![7; 1 << 20]))),
            KeyValue::new(long, 1),
            KeyValue::new("few", Value::Array(Array::I64(vec![7, 8]))),
            KeyValue::new("yes", true),
        ];
        assert_eq!(kept(4096, &after), [pair("few", "[7,8]"), pair("yes", "true")]);
        let many: Vec<_> = (0..1000).map(|number| KeyValue::new("", number)).collect();
        assert_eq!(kept(4096, &many).len(), 16);
        assert_eq!(ExemplarLimits::default().copy(&[]), None);
    }

    #[test]
    fn without_bytes_for_it_nothing_is_kept_of_what_was_dropped() {
        let limits = ExemplarLimits { filtered_bytes: 0, ..ExemplarLimits::default() };
        let all = [KeyValue::new("", ""), KeyValue::new("a", 1), KeyValue::new("b", "c")];
        assert_eq!(limits.copy(&all), None);
        let limits = ExemplarLimits { filtered_bytes: 4, ..limits };
        assert_eq!(limits.copy(&all[2..]).as_deref(), Some(&all[2..]));
    }

    #[test]
    fn a_text_that_was_dropped_is_cut_at_a_character_by_the_limit_of_values() {
        assert_eq!(kept(3, &[KeyValue::new("a", "ab\u{e9}")]), [pair("a", "ab")]);
        assert_eq!(
            kept(3, &[KeyValue::new("a", "abcd"), KeyValue::new("b", 12_345)]),
            [pair("a", "abc"), pair("b", "12345")]
        );
        assert_eq!(kept(1, &[KeyValue::new("a", "\u{e9}")]), []);
        assert_eq!(kept(1, &[KeyValue::new("a", "")]), [pair("a", "")]);
    }
}
