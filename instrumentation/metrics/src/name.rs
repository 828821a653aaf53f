//! Names of metrics, as OpenTelemetry takes them.

use std::borrow::Cow;

/// The bytes of an instrument's name at most, by the OpenTelemetry metrics API.
const LONGEST: usize = 255;

/// The name of the instrument for the metric `name` of the facade.
///
/// A name that OpenTelemetry takes stays as it is. In any other, each character that it does not take becomes
/// `_`; one that begins with no letter gets `m` before it, and what exceeds 255 bytes is cut.
pub(crate) fn instrument(name: &str) -> Cow<'_, str> {
    let begins = |name: &str| name.starts_with(|char: char| char.is_ascii_alphabetic());
    if begins(name) && name.len() <= LONGEST && name.chars().all(is_taken) {
        return Cow::Borrowed(name);
    }
    let mut legal = String::with_capacity(name.len().min(LONGEST) + 2);
    if !begins(name) {
        legal.push('m');
        let is_apart = name.starts_with(|char| char == '_' || !is_taken(char));
        legal.push_str(if is_apart { "" } else { "_" });
    }
    legal.extend(name.chars().take(LONGEST).map(|char| if is_taken(char) { char } else { '_' }));
    legal.truncate(LONGEST);
    Cow::Owned(legal)
}

/// The name by which the metric `name` of the facade is known: that of its instrument, in small letters.
pub(crate) fn known_as(name: &str) -> Cow<'_, str> {
    match instrument(name) {
        Cow::Borrowed(name) if !name.contains(|char: char| char.is_ascii_uppercase()) => {
            Cow::Borrowed(name)
        }
        legal => Cow::Owned(legal.to_ascii_lowercase()),
    }
}

fn is_taken(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '_' | '.' | '-' | '/')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_that_is_taken_stays_and_any_other_becomes_one() {
        for (name, legal) in [
            ("http_requests_total", "http_requests_total"),
            ("jobs.done", "jobs.done"),
            ("my metric", "my_metric"),
            ("größe", "gr__e"),
            ("job:rate5m", "job_rate5m"),
            ("_private", "m_private"),
            ("5xx", "m_5xx"),
            (" x", "m_x"),
            ("", "m_"),
        ] {
            assert_eq!(instrument(name), legal, "{name:?}");
        }
        assert_eq!(instrument(&"x".repeat(300)), "x".repeat(255));
        assert_eq!(instrument(&"é".repeat(300)).len(), 255);
    }

    proptest! {
        #[test]
        fn any_name_becomes_one_that_an_instrument_can_have(name in any::<String>()) {
            let legal = instrument(&name);
            prop_assert!(legal.starts_with(|char: char| char.is_ascii_alphabetic()));
            prop_assert!(legal.len() <= LONGEST && legal.chars().all(is_taken));
            prop_assert_eq!(instrument(&legal), &*legal);
        }
    }
}
