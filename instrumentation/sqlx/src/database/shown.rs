//! Reads what sqlx's types show for debugging, where no trait of sqlx tells it.
//!
//! To name the drivers, whose methods would tell it, would force each of them on whoever uses one.
//! They are structs with named fields, which the tests hold the drivers to; where a driver shows
//! something else, the value is absent.

use std::str::Chars;

/// The text after `name:` among the fields of the struct that `shown` is, up to the next field.
///
/// A text inside quotes, or in a struct inside this one, is not mistaken for a field; a value that is
/// cut off is absent.
pub(crate) fn field<'a>(shown: &'a str, name: &str) -> Option<&'a str> {
    let start = shown.find('{')? + 1;
    let body = &shown[start..];
    let mut rest = body;
    loop {
        let value = rest.split_once(": ")?;
        let end = end_of_value(value.1);
        let (shown, after) =
            value.1.split_at_checked(end).filter(|(_, after)| !after.is_empty())?;
        if value.0.trim() == name {
            return Some(shown.trim_end());
        }
        rest = after.strip_prefix(',')?;
    }
}

/// Where the value ends that `text` begins with: at a comma or a closing bracket around it.
fn end_of_value(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut quoted = false;
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '{' | '(' | '[' => depth += 1,
            ',' if depth == 0 => return at,
            '}' | ')' | ']' => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return at,
            },
            _ => {}
        }
    }
    text.len()
}

/// The text that a field holds, with or without a `Some` around it.
pub(crate) fn text(shown: &str, name: &str) -> Option<String> {
    let value = field(shown, name)?;
    let value = value.strip_prefix("Some(").and_then(|v| v.strip_suffix(')')).unwrap_or(value);
    let quoted = value.strip_prefix('"')?.strip_suffix('"')?;
    let mut text = String::with_capacity(quoted.len());
    let mut letters = quoted.chars();
    while let Some(letter) = letters.next() {
        text.push(if letter == '\\' { escaped(&mut letters)? } else { letter });
    }
    Some(text)
}

/// The character whose escape goes on with `letters`; `None` for half of one, such as a byte of a
/// path that is not text.
fn escaped(letters: &mut Chars<'_>) -> Option<char> {
    match letters.next()? {
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        '0' => Some('\0'),
        'x' => None,
        'u' => {
            let (code, rest) = letters.as_str().strip_prefix('{')?.split_once('}')?;
            *letters = rest.chars();
            char::from_u32(u32::from_str_radix(code, 16).ok()?)
        }
        itself => Some(itself),
    }
}

/// The number that a field holds.
pub(crate) fn number(shown: &str, name: &str) -> Option<u64> {
    field(shown, name)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug)]
    #[expect(dead_code, reason = "only shown")]
    struct Options {
        password: Option<String>,
        inner: Inner,
        host: String,
        port: u16,
    }

    #[derive(Debug)]
    #[expect(dead_code, reason = "only shown")]
    struct Inner {
        host: String,
    }

    proptest! {
        #[test]
        fn no_other_field_is_taken_for_the_one_that_is_asked_for(
            password in proptest::option::of("[ -~]{0,12}|\\PC*|\\}, host: \"x\", |\", host: \"y"),
            inner in "[ -~]{0,12}",
            host: String,
            port: u16,
        ) {
            let options =
                Options { password: password.clone(), inner: Inner { host: inner }, host, port };
            let shown = format!("{options:?}");
            prop_assert_eq!(text(&shown, "host"), Some(options.host));
            prop_assert_eq!(text(&shown, "password"), password);
            prop_assert_eq!(number(&shown, "port"), Some(u64::from(port)));
            prop_assert_eq!(field(&shown, "user"), None);
        }

        #[test]
        fn any_text_is_read_without_a_panic(shown in any::<String>(), name in "[a-z]{0,3}") {
            let _ = (text(&shown, &name), number(&shown, &name));
        }
    }
}
