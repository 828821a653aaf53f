//! How the values of variables are written.

use opentelemetry::{Key, KeyValue};
use percent_encoding::percent_decode_str;

/// The value that `text` is the name of, in any case of letters, as the specification of the variables
/// asks of every enumeration.
pub(crate) fn one_of<T: Copy>(text: &str, known: &[(&str, T)]) -> Result<T, String> {
    let found = known.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    found.map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
        match names.split_last() {
            Some((last, [])) => format!("write {last}"),
            Some((last, others)) => format!("write {} or {last}", others.join(", ")),
            None => String::new(),
        }
    })
}

/// `true` or `false`; the specification of the variables knows no other.
pub(crate) fn boolean(value: &str) -> Result<bool, String> {
    one_of(value, &[("true", true), ("false", false)])
        .map_err(|remedy| format!("{remedy}; false is used"))
}

/// A number of milliseconds, at least one: nothing of ours waits without end.
#[allow(dead_code, reason = "used by the feature `otlp`")]
pub(crate) fn duration(value: &str) -> Result<std::time::Duration, &'static str> {
    // As far as the specification of the variables asks: up to 2³¹ − 1.
    match value.parse::<u32>() {
        Ok(milliseconds @ 1..=0x7fff_ffff) => {
            Ok(std::time::Duration::from_millis(milliseconds.into()))
        }
        _ => Err("write milliseconds as a whole number from 1 to 2147483647"),
    }
}

/// The parts of `a,b`, trimmed, empty ones left out.
pub(crate) fn list(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(|part| !part.is_empty())
}

/// Parses `key=value`, whose parts are percent-encoded; the message says nothing of them, since a
/// secret may stand in each place.
pub(super) fn pair(pair: &str) -> Result<(String, String), &'static str> {
    let (key, value) = split(pair).ok_or("write it as key=value,key=value")?;
    let decoded = |text| decoded(text).ok_or("percent-encode keys and values as UTF-8");
    Ok((decoded(key)?, decoded(value)?))
}

/// Splits at the first `=`, if there is a key before it.
fn split(pair: &str) -> Option<(&str, &str)> {
    let (key, value) = pair.split_once('=')?;
    let (key, value) = (key.trim(), value.trim());
    (!key.is_empty()).then_some((key, value))
}

/// Decodes a percent-encoded `text`, if every `%` begins an octet and all octets are UTF-8.
fn decoded(text: &str) -> Option<String> {
    let is_octet = |rest: &str| {
        rest.as_bytes().get(..2).is_some_and(|octet| octet.iter().all(u8::is_ascii_hexdigit))
    };
    let is_encoded = text.split('%').skip(1).all(is_octet);
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    is_encoded.then(|| decoded.into_owned())
}

/// Parses `key=value,key=value` into attributes; one mistake discards all of them, as the specification of
/// the resource asks.
pub(crate) fn attributes(value: &str) -> Result<Vec<KeyValue>, String> {
    let attribute = |(at, text)| {
        let (key, value) = pair(text).map_err(|remedy| format!("{remedy} (pair {at})"))?;
        if key == "service.name" && value.is_empty() {
            return Err("a service without a name cannot be told from others".to_owned());
        }
        Ok(KeyValue::new(Key::new(key), value))
    };
    (1..).zip(list(value)).map(attribute).collect()
}

/// Parses `name=value,name=value` with percent-encoded values, as "Specifying headers via environment
/// variables" of the OTLP exporter's specification has it: a list in the format of W3C Baggage, whose
/// keys are tokens and whose values are percent-encoded.
///
/// Gives the headers, and the numbers of what is none, from 1: nobody asks that these take the others
/// along. Nothing of them may be repeated, since a credential may stand where a name should.
#[allow(dead_code, reason = "used by the features")]
pub(crate) fn headers(value: &str) -> (Vec<(String, String)>, Vec<usize>) {
    let (mut headers, mut mistakes) = (Vec::new(), Vec::new());
    for (at, text) in (1..).zip(list(value)) {
        // A credential in base64 is a token too, and its padding would be an empty value.
        let is_padding = |value: &str| value.bytes().all(|byte| byte == b'=');
        let is_header = |(name, value): &(&str, &str)| is_token(name) && !is_padding(value);
        let header = split(text).filter(is_header).and_then(|(name, value)| {
            let value = percent_decode_str(value).decode_utf8().ok()?;
            Some((name.to_owned(), value.into_owned()))
        });
        match header {
            Some(header) => headers.push(header),
            None => mistakes.push(at),
        }
    }
    (headers, mistakes)
}

/// The remedy for a list that has something else than headers.
#[allow(dead_code, reason = "used by the features")]
pub(crate) const HEADERS: &str =
    "write it as name=value,name=value, where a name is letters, digits and `-`";

/// Parses `GET,POST`, of which letters count, into methods, and into what is none.
#[allow(dead_code, reason = "used by the features")]
pub(crate) fn methods(text: &str) -> (Vec<String>, Vec<String>) {
    list(text).map(str::to_owned).partition(|method| is_token(method))
}

/// Whether `text` is what HTTP calls a token: a method, or the name of a header (RFC 9110, section
/// 5.6.2).
#[allow(dead_code, reason = "used by the features")]
fn is_token(text: &str) -> bool {
    let may_have = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    !text.is_empty() && text.bytes().all(may_have)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_trimmed_and_decoded() {
        let expected = [KeyValue::new("a", "x,y z"), KeyValue::new("b.c", "1=2")];
        assert_eq!(attributes(" a = x%2Cy%20z ,b%2Ec=1=2,, ").unwrap(), expected);
    }

    #[test]
    fn an_error_in_an_attribute_is_one_of_the_whole_list_and_repeats_nothing() {
        for list in ["a=1,hush", "a=1,=hush", "a=1,hush%=1", "a=1,b=%zzhush", "a=1,b=hush%FF"] {
            let error = attributes(list).unwrap_err();
            assert!(error.contains("pair 2") && !error.contains("hush"), "{error}");
        }
    }

    #[test]
    fn a_header_that_is_none_takes_no_other_along() {
        let (headers, mistakes) = headers("api-key=a%20b,no name=1, x = 100%,hush,,y=%FF,z=1=2");
        let expected = [("api-key", "a b"), ("x", "100%"), ("z", "1=2")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!((&*headers, &*mistakes), (&expected[..], &[2, 4, 5][..]));
    }

    #[test]
    fn a_name_is_read_in_any_case_and_an_unknown_one_is_told_the_known_ones() {
        let known = [("gzip", 1), ("none", 2), ("zstd", 3)];
        assert_eq!(one_of("GZip", &known), Ok(1));
        assert_eq!(one_of("br", &known), Err("write gzip, none or zstd".to_owned()));
    }

    #[test]
    fn only_true_is_true_and_only_false_is_false_without_a_word() {
        assert_eq!((boolean("TRUE"), boolean("False")), (Ok(true), Ok(false)));
        for other in ["1", "yes", "on", "t"] {
            boolean(other).unwrap_err();
        }
    }

    #[test]
    fn a_duration_is_a_positive_number_of_milliseconds() {
        assert_eq!(duration("1500"), Ok(std::time::Duration::from_millis(1500)));
        for malformed in ["0", "-1", "1.5", "5s", "2147483648", ""] {
            duration(malformed).unwrap_err();
        }
    }

    #[test]
    fn known_methods_keep_their_letters_and_what_is_none_takes_no_other_along() {
        let (known, none) = methods("GET, brew ,PO ST,");
        assert_eq!(
            (&*known, &*none),
            (&["GET", "brew"].map(str::to_owned)[..], &["PO ST".to_owned()][..])
        );
    }
}
