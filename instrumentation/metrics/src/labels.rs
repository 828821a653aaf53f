//! The labels of a key, as attributes.

use kymo_core::OTHER;
use metrics::Key;
use opentelemetry::{KeyValue, Value};

/// The bytes of a value at most; a longer one is folded.
const LONGEST_VALUE: usize = 1024;
/// The bytes of a label's name at most; a label with a longer one is left out.
const LONGEST_NAME: usize = 255;
/// The labels of a key at most; those beyond are left out.
const MOST: usize = 64;

/// The labels of a key, as attributes.
#[derive(Debug)]
pub(crate) struct Labels {
    /// In the order of their keys, each of which is there once.
    pub(crate) attributes: Vec<KeyValue>,
    /// The keys of those whose value was too long, and is `_OTHER`.
    pub(crate) folded: Vec<String>,
    /// Whether the labels of the key are all here.
    pub(crate) is_whole: bool,
}

impl Labels {
    /// The labels of `key`. Of two with one name the last stays.
    pub(crate) fn of(key: &Key) -> Self {
        let (mut folded, mut is_whole) = (Vec::new(), key.labels().len() <= MOST);
        let mut attributes = Vec::with_capacity(key.labels().len().min(MOST));
        for label in key.labels().take(MOST) {
            let (name, value) = (label.key(), label.value());
            if name.len() > LONGEST_NAME {
                is_whole = false;
                continue;
            }
            let is_long = value.len() > LONGEST_VALUE;
            let value = if is_long { OTHER } else { value };
            attributes.push(KeyValue::new(name.to_owned(), value.to_owned()));
            if is_long {
                folded.push(name.to_owned());
            }
        }
        // The order of those with one key stays, and of neighbours the first is kept: the last comes first.
        attributes.reverse();
        attributes.sort_by(|a, b| a.key.cmp(&b.key));
        attributes.dedup_by(|later, first| later.key == first.key);
        folded.sort();
        folded.dedup();
        folded.retain(|name| is_other(&attributes, name));
        Self { attributes, folded, is_whole }
    }
}

fn is_other(attributes: &[KeyValue], name: &str) -> bool {
    let is_it = |attribute: &&KeyValue| attribute.key.as_str() == name;
    attributes.iter().find(is_it).is_some_and(|attribute| attribute.value == Value::from(OTHER))
}

#[cfg(test)]
mod tests {
    use metrics::Label;

    use super::*;

    fn labels(labels: &[(&str, &str)]) -> Labels {
        let labels =
            labels.iter().map(|(key, value)| Label::new((*key).to_owned(), (*value).to_owned()));
        Labels::of(&Key::from_parts("x", labels.collect::<Vec<_>>()))
    }

    #[test]
    fn labels_are_in_the_order_of_their_names_and_of_two_the_last_stays() {
        let Labels { attributes, folded, is_whole } = labels(&[("b", "1"), ("a", "2"), ("b", "3")]);
        assert_eq!(attributes, [KeyValue::new("a", "2"), KeyValue::new("b", "3")]);
        assert_eq!((folded.len(), is_whole), (0, true));
    }

    #[test]
    fn what_is_too_long_is_folded_or_left_out() {
        let long = "x".repeat(1025);
        let Labels { attributes, folded, .. } = labels(&[("a", &long), ("b", &long[..1024])]);
        assert_eq!(attributes[0], KeyValue::new("a", OTHER));
        assert_eq!((attributes.len(), folded), (2, vec!["a".to_owned()]));
        assert!(labels(&[("a", &long), ("a", "short")]).folded.is_empty());
        assert_eq!(labels(&[("a", &long), ("b", &long), ("a", &long)]).folded, ["a", "b"]);
        let left_out = labels(&[(&long, "a")]);
        assert_eq!((left_out.attributes.len(), left_out.is_whole), (0, false));
        let names: Vec<_> = (0..100).map(|n| format!("l{n}")).collect();
        let many: Vec<_> = names.iter().map(|name| (name.as_str(), "")).collect();
        assert_eq!(labels(&many).attributes.len(), 64);
    }
}
