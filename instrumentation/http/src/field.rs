//! A field of a head.

use http::{HeaderMap, HeaderName, HeaderValue};

/// So many names are compared in the time that it takes to hash one.
const FEW: usize = 8;

/// The first value of the field `name`, as [`HeaderMap::get`] gives it: among few fields, it is known sooner that
/// there is none.
#[expect(clippy::inline_always, reason = "as below")]
#[inline(always)]
pub(crate) fn find<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h HeaderValue> {
    if headers.keys_len() <= FEW && !is_there(headers, name) {
        return None;
    }
    headers.get(name)
}

/// Whether there is a field `name`.
#[expect(
    clippy::inline_always,
    reason = "most heads have no such field, and a call would take longer than the look"
)]
#[inline(always)]
pub(crate) fn is_there(headers: &HeaderMap, name: &HeaderName) -> bool {
    if headers.keys_len() > FEW {
        return headers.contains_key(name);
    }
    headers.keys().any(|known| known == name)
}

#[cfg(test)]
mod tests {
    use http::header::{CONTENT_LENGTH, CONTENT_TYPE};

    use super::*;

    #[test]
    fn a_field_is_found_among_few_and_among_many() {
        let custom = HeaderName::from_static("traceparent");
        for others in (0..2 * FEW).chain([1_000]) {
            let mut headers = HeaderMap::new();
            for other in 0..others {
                let name = HeaderName::try_from(format!("x-other-{other}")).unwrap();
                headers.append(name, HeaderValue::from(other));
            }
            for name in [&CONTENT_LENGTH, &custom] {
                assert_eq!(
                    (find(&headers, name), is_there(&headers, name)),
                    (None, false),
                    "{others}"
                );
                for value in [1, 2] {
                    headers.append(name, HeaderValue::from(value));
                    assert_eq!(find(&headers, name), Some(&HeaderValue::from(1)), "{others}");
                    assert!(is_there(&headers, name), "{others}");
                }
            }
            assert_eq!(find(&headers, &CONTENT_TYPE), None);
            assert_eq!(find(&headers, &custom), headers.get("Traceparent"));
        }
    }
}
