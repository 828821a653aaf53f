//! The types of plain scalars, by the core schema of YAML 1.2.2, section 10.3.

/// A value that is no collection.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar {
    Null,
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Text(String),
}

impl Scalar {
    /// Reads a plain `text`; one that is quoted is always text.
    pub(super) fn of_plain(text: &str) -> Self {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => return Self::Null,
            "true" | "True" | "TRUE" => return Self::Boolean(true),
            "false" | "False" | "FALSE" => return Self::Boolean(false),
            _ => {}
        }
        match integer(text) {
            Some(Ok(integer)) => Self::Integer(integer),
            // Further from zero than any key allows.
            Some(Err(approximately)) => Self::Number(approximately),
            None => number(text).map_or_else(|| Self::Text(text.to_owned()), Self::Number),
        }
    }
}

/// A whole number, if it is written as one; what is too large for `i64` is only near it.
fn integer(text: &str) -> Option<Result<i64, f64>> {
    let (digits, radix) = if let Some(octal) = text.strip_prefix("0o") {
        (octal, 8)
    } else if let Some(hexadecimal) = text.strip_prefix("0x") {
        (hexadecimal, 16)
    } else {
        (text.strip_prefix(['-', '+']).unwrap_or(text), 10)
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let whole = if radix == 10 { text } else { digits };
    let far = if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY };
    Some(i64::from_str_radix(whole, radix).map_err(|_| far))
}

/// A number of the core schema, `.inf` and `.nan` too.
fn number(text: &str) -> Option<f64> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(unsigned) => (-1.0, unsigned),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    match unsigned {
        ".inf" | ".Inf" | ".INF" => return Some(sign * f64::INFINITY),
        ".nan" | ".NaN" | ".NAN" if unsigned.len() == text.len() => return Some(f64::NAN),
        _ => {}
    }
    // Rust reads these numbers as YAML does, and others that YAML takes for text.
    let mut characters = unsigned.chars();
    let begins = characters.next().is_some_and(|c| c.is_ascii_digit() || c == '.');
    let belongs = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '-' | '+');
    (begins && characters.all(belongs)).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Scalar::*, *};

    #[test]
    fn the_core_schema_of_yaml_is_followed() {
        for (text, expected) in [
            ("", Null),
            ("~", Null),
            ("null", Null),
            ("True", Boolean(true)),
            ("FALSE", Boolean(false)),
            ("0", Integer(0)),
            ("-19", Integer(-19)),
            ("+12", Integer(12)),
            ("0o7", Integer(7)),
            ("0xdeadbeef", Integer(3_735_928_559)),
            ("0x3A", Integer(0x3a)),
            ("0.", Number(0.0)),
            (".5", Number(0.5)),
            ("-0.0", Number(-0.0)),
            ("12e03", Number(12e3)),
            ("-2E+05", Number(-2e5)),
            ("-.Inf", Number(f64::NEG_INFINITY)),
            ("9223372036854775808", Number(f64::INFINITY)),
        ] {
            assert_eq!(Scalar::of_plain(text), expected, "{text}");
        }
        assert!(matches!(Scalar::of_plain(".NaN"), Number(number) if number.is_nan()));
        // YAML 1.1 knew some of these.
        for text in [
            "yes", "on", "y", "nULL", "0x", "0o8", "+0x1", "1_000", "1.2.3", ".", "-", "+", "inf",
            "nan", "infinity", "-.nan", "e5", ".e5", "1e", "--1", "1:30", "0b1", "٣",
        ] {
            assert_eq!(Scalar::of_plain(text), Text(text.to_owned()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_looks_like_a_number_is_one(text in "[-+]?[0-9]{1,25}(\\.[0-9]{0,5}([eE][-+]?[0-9]{1,3})?)?") {
            prop_assert!(matches!(Scalar::of_plain(&text), Integer(_) | Number(_)), "{}", text);
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,12}") {
            Scalar::of_plain(&text);
        }
    }
}
