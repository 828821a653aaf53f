//! How the values of variables are written.

use opentelemetry::{Key, KeyValue};
use percent_encoding::percent_decode_str;

/// `true` or `false` in any case; the specification of the variables knows no other.
pub(crate) fn boolean(value: &str) -> Result<bool, &'static str> {
    if value.eq_ignore_ascii_case("true") {
        Ok(true)
    } else if value.eq_ignore_ascii_case("false") {
        Ok(false)
    } else {
        Err("write true or false; false is used")
    }
}

/// A number of milliseconds, at least one: nothing of ours waits without end.
#[cfg(feature = "otlp")]
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

/// Parses `key=value,key=value` with percent-encoded values.
pub(crate) fn pairs(value: &str) -> Result<Vec<(String, String)>, String> {
    list(value).map(pair).collect()
}

/// Parses `key=value` with a percent-encoded value; the message keeps the value to itself.
pub(super) fn pair(pair: &str) -> Result<(String, String), String> {
    let (key, value) = pair
        .split_once('=')
        .map(|(key, value)| (key.trim(), value.trim()))
        .filter(|(key, _)| !key.is_empty())
        .ok_or("write it as key=value,key=value")?;
    let decoded = percent_decode_str(value)
        .decode_utf8()
        .map_err(|_| format!("percent-encode the value of `{key}` as UTF-8"))?;
    Ok((key.to_owned(), decoded.into_owned()))
}

/// Parses `key=value,key=value` into attributes.
pub(crate) fn attributes(value: &str) -> Result<Vec<KeyValue>, String> {
    let attribute = |(key, value): (String, String)| {
        if key == "service.name" && value.is_empty() {
            return Err("a service without a name cannot be told from others".to_owned());
        }
        Ok(KeyValue::new(Key::new(key), value))
    };
    pairs(value)?.into_iter().map(attribute).collect()
}

/// Parses `name=value,name=value` with percent-encoded values; the message repeats nothing, since
/// a credential may stand where a name should.
#[allow(dead_code, reason = "used by the features")]
pub(crate) fn headers(value: &str) -> Result<Vec<(String, String)>, &'static str> {
    const REMEDY: &str =
        "write it as name=value,name=value, where a name is letters, digits and `-`";

    let headers = pairs(value).map_err(|_| REMEDY)?;
    let are_names = headers.iter().all(|(name, _)| is_token(name));
    if are_names { Ok(headers) } else { Err(REMEDY) }
}

/// Parses `GET,POST`; letters count, and one mistake spoils all of it.
#[allow(dead_code, reason = "used by the features")]
pub(crate) fn methods(list: &str) -> Result<Vec<String>, String> {
    let methods = list.split(',').map(str::trim).filter(|method| !method.is_empty());
    methods
        .map(|method| {
            let remedy = || format!("`{method}` is no method; write a list such as GET,POST");
            is_token(method).then(|| method.to_owned()).ok_or_else(remedy)
        })
        .collect()
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
        assert_eq!(attributes(" a = x%2Cy%20z ,b.c=1=2,, ").unwrap(), expected);
    }

    #[test]
    fn only_true_is_true_and_only_false_is_false_without_a_word() {
        assert_eq!((boolean("TRUE"), boolean("False")), (Ok(true), Ok(false)));
        for other in ["1", "yes", "on", "t"] {
            boolean(other).unwrap_err();
        }
    }

    #[cfg(feature = "otlp")]
    #[test]
    fn a_duration_is_a_positive_number_of_milliseconds() {
        assert_eq!(duration("1500"), Ok(std::time::Duration::from_millis(1500)));
        for malformed in ["0", "-1", "1.5", "5s", "2147483648", ""] {
            duration(malformed).unwrap_err();
        }
    }

    #[test]
    fn known_methods_keep_their_letters() {
        assert_eq!(methods("GET, brew ,").unwrap(), ["GET", "brew"]);
    }

    #[test]
    fn a_list_with_something_that_is_no_method_is_refused_with_a_good_one() {
        let remedy = methods("GET,PO ST").unwrap_err();
        assert!(remedy.contains("`PO ST`") && remedy.contains("GET,POST"), "{remedy}");
    }
}
