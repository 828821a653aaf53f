//! Patterns of the metrics that a view is about.

use crate::configuration::wildcard;

/// The name of a metric, in which `*` stands for any number of characters and `?` for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern(String);

impl Pattern {
    /// `None` if no instrument can have such a name: see the instrument name syntax of the
    /// OpenTelemetry metrics API.
    pub(super) fn new(pattern: &str) -> Option<Self> {
        let is_wildcard = |byte: u8| b"*?".contains(&byte);
        let begins = |byte: u8| byte.is_ascii_alphabetic() || is_wildcard(byte);
        let belongs = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-/*?".contains(&byte);
        let bytes = pattern.as_bytes();
        let is_name = bytes.first().is_some_and(|first| begins(*first))
            && bytes.iter().all(|byte| belongs(*byte))
            && bytes.iter().filter(|byte| **byte != b'*').count() <= LONGEST_NAME;
        is_name.then(|| Self(pattern.to_owned()))
    }

    /// The name, if it is that of one metric.
    pub(super) fn exact(&self) -> Option<&str> {
        (!self.0.contains(['*', '?'])).then_some(&self.0)
    }

    /// Whether `name` matches; names of instruments are case-insensitive ASCII.
    pub(super) fn matches(&self, name: &str) -> bool {
        wildcard::matches(&self.0, name, |one, other| one.eq_ignore_ascii_case(&other))
    }
}

/// As the OpenTelemetry metrics API says.
const LONGEST_NAME: usize = 255;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::RegexBuilder;

    use super::*;

    /// The meaning of a pattern, by the crate `regex`.
    fn expected(pattern: &str, name: &str) -> bool {
        let regex = regex::escape(pattern).replace(r"\*", ".*").replace(r"\?", ".");
        let anchored = format!("^(?:{regex})$");
        RegexBuilder::new(&anchored).case_insensitive(true).build().unwrap().is_match(name)
    }

    proptest! {
        #[test]
        fn a_pattern_matches_what_the_regular_expression_of_it_matches(
            pattern in "[aB*?][aB.*?]{0,8}",
            name in "[a-b][Ab.]{0,10}",
        ) {
            let known = Pattern::new(&pattern).unwrap();
            prop_assert_eq!(known.matches(&name), expected(&pattern, &name));
        }

        #[test]
        fn no_pattern_and_no_name_makes_it_panic(pattern in ".{0,20}", name in ".{0,20}") {
            if let Some(pattern) = Pattern::new(&pattern) {
                pattern.matches(&name);
            }
        }
    }

    #[test]
    fn many_stars_take_no_longer_than_the_name_allows() {
        let pattern = Pattern::new(&"*a".repeat(100)).unwrap();
        assert!(!pattern.matches(&format!("{}b", "a".repeat(254))));
    }
}
