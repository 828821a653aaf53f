//! A time as Go writes it.

use std::time::Duration;

/// Reads a time such as `1s`, `1m30s` or `0`: numbers, each with the unit `h`, `m`, `s`, `ms`, `us` or
/// `ns`.
///
/// A number alone is nanoseconds, as in the files of the toolkit.
pub(super) fn read(text: &str) -> Option<Duration> {
    if let Ok(nanoseconds) = text.parse() {
        return Some(Duration::from_nanos(nanoseconds));
    }
    let mut seconds = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(digits);
        let letters = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit)?;
        seconds += number.parse::<f64>().ok()? * factor;
        rest = after;
    }
    if text.is_empty() { None } else { Duration::try_from_secs_f64(seconds).ok() }
}

const UNITS: &[(&str, f64)] = &[
    ("h", 3600.0),
    ("m", 60.0),
    ("s", 1.0),
    ("ms", 1e-3),
    ("us", 1e-6),
    ("µs", 1e-6),
    ("ns", 1e-9),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_go_writes_them() {
        for (text, seconds) in [
            ("0", 0.0),
            ("1s", 1.0),
            ("1m30s", 90.0),
            ("1.5s", 1.5),
            ("250ms", 0.25),
            ("2h", 7200.0),
        ] {
            assert_eq!(read(text), Some(Duration::from_secs_f64(seconds)), "{text}");
        }
        assert_eq!(read("1000"), Some(Duration::from_micros(1)));
        for text in ["", "s", "1x", "-1s", "1 s", ".s", "1e9h", "1s2"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
