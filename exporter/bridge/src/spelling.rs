//! The characters of names.

use std::borrow::Cow;

/// The characters that names are written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// Letters and digits of ASCII, and `_` for whatever else there is.
    Underscores,
    /// All there are but NUL, for which there is `_`: Prometheus takes no page that has it in a name.
    Utf8,
}

impl Spelling {
    /// The label name for an attribute key.
    ///
    /// For example, `http.route` becomes `http_route`: with underscores, characters that a label name
    /// cannot contain become `_`, runs of `_` become one, and a leading digit gets a `_` before it. Runs
    /// include a leading `__`, which is reserved for Prometheus itself, and becomes `_` in either spelling.
    pub(crate) fn label(self, key: &str) -> String {
        match self {
            Spelling::Underscores => underscored(key),
            Spelling::Utf8 if key.is_empty() => "_".to_owned(),
            Spelling::Utf8 => {
                let name = key.replace('\0', "_");
                match name.strip_prefix("__") {
                    Some(rest) => format!("_{}", rest.trim_start_matches('_')),
                    None => name,
                }
            }
        }
    }

    /// Appends the name of an instrument.
    ///
    /// With underscores, what a metric name should not contain becomes `_`, and two `_` are never in a
    /// row.
    pub(crate) fn push_metric(self, out: &mut String, name: &str) {
        match self {
            Spelling::Underscores => {
                push_clean(out, name);
                if out.starts_with(|first: char| first.is_ascii_digit()) {
                    out.insert(0, '_');
                }
            }
            Spelling::Utf8 => out.extend(name.chars().map(|it| if it == '\0' { '_' } else { it })),
        }
    }
}

/// Appends a text, with what a metric name should not contain as `_` and never two `_` in a row.
pub(crate) fn push_clean(out: &mut String, text: &str) {
    for char in text.chars() {
        if char.is_ascii_alphanumeric() || char == ':' {
            out.push(char);
        } else if !out.ends_with('_') {
            out.push('_');
        }
    }
}

/// A metric name as formats without UTF-8 write it: `foo_bar` for `foo.bar`. It is equal for names of
/// which only one can be in a document.
pub(crate) fn escaped_metric(name: &str) -> Cow<'_, str> {
    escaped(name, |char| char == ':')
}

/// A label name as formats without UTF-8 write it, as [`escaped_metric`].
pub(crate) fn escaped_label(name: &str) -> Cow<'_, str> {
    escaped(name, |_| false)
}

fn escaped(name: &str, may_have: impl Fn(char) -> bool) -> Cow<'_, str> {
    let begins = |char: char| char.is_ascii_alphabetic() || char == '_' || may_have(char);
    let belongs = |char: char| begins(char) || char.is_ascii_digit();
    if name.starts_with(begins) && name.chars().all(belongs) {
        return Cow::Borrowed(name);
    }
    let legal = |(index, char)| {
        let is_legal = if index == 0 { begins(char) } else { belongs(char) };
        if is_legal { char } else { '_' }
    };
    Cow::Owned(name.chars().enumerate().map(legal).collect())
}

fn underscored(key: &str) -> String {
    let mut name = String::with_capacity(key.len() + 1);
    if key.is_empty() || key.starts_with(|first: char| first.is_ascii_digit()) {
        name.push('_');
    }
    for char in key.chars() {
        if char.is_ascii_alphanumeric() {
            name.push(char);
        } else if !name.ends_with('_') {
            name.push('_');
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_label_name_is_legal_whatever_the_key_is() {
        let names = [
            ("http.route", "http_route", "http.route"),
            ("x..y", "x_y", "x..y"),
            ("1st", "_1st", "1st"),
            ("a:b", "a_b", "a:b"),
            ("__name__", "_name_", "_name__"),
            ("_____", "_", "_"),
            ("é", "_", "é"),
            ("", "_", "_"),
            ("a\0b", "a_b", "a_b"),
            ("_\0a", "_a", "_a"),
        ];
        for (key, underscored, utf8) in names {
            assert_eq!(Spelling::Underscores.label(key), underscored, "{key}");
            assert_eq!(Spelling::Utf8.label(key), utf8, "{key}");
        }
    }

    #[test]
    fn what_cannot_be_written_without_utf_8_is_an_underscore_each() {
        let names =
            [("a.b", "a_b"), ("a..b", "a__b"), ("1st", "_st"), ("größe", "gr__e"), ("", "")];
        for (name, expected) in names {
            assert_eq!(escaped_label(name), expected);
            assert_eq!(escaped_metric(name), expected);
        }
        assert_eq!((&*escaped_metric("a:b"), &*escaped_label("a:b")), ("a:b", "a_b"));
    }

    proptest! {
        #[test]
        fn a_label_is_never_one_of_prometheus_s_own(key in "_{0,3}.{0,8}") {
            for spelling in [Spelling::Underscores, Spelling::Utf8] {
                let label = spelling.label(&key);
                prop_assert!(!label.is_empty() && !label.starts_with("__"), "{}", label);
            }
            let underscored = Spelling::Underscores.label(&key);
            prop_assert_eq!(escaped_label(&underscored), underscored.as_str());
        }
    }
}
