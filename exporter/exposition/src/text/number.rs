//! Numbers as text.

use crate::Number;

/// Writes an integer exactly, and a float with the fewest digits that read back as the same float.
pub(super) fn write(number: Number, out: &mut Vec<u8>) {
    match number {
        Number::U64(number) => write_u64(number, out),
        Number::I64(number) => write_i64(number, out),
        Number::F64(number) => write_f64(number, out),
    }
}

pub(super) fn write_u64(number: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

pub(super) fn write_f64(number: f64, out: &mut Vec<u8>) {
    if let Some(integer) = exact_integer(number) {
        write_i64(integer, out);
    } else if number.is_finite() {
        let mut buffer = zmij::Buffer::new();
        let digits = buffer.format_finite(number);
        let digits = digits.strip_suffix(".0").unwrap_or(digits);
        out.extend_from_slice(digits.as_bytes());
    } else if number.is_nan() {
        out.extend_from_slice(b"NaN");
    } else {
        out.extend_from_slice(if number > 0.0 { b"+Inf" } else { b"-Inf" });
    }
}

pub(super) fn write_i64(number: i64, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// The integer that this float is, when it is a small one; most values of a scrape are.
fn exact_integer(number: f64) -> Option<i64> {
    const LIMIT: f64 = 1e15;
    if number.abs() >= LIMIT || number.is_nan() || (number == 0.0 && number.is_sign_negative()) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "the range was just checked")]
    let integer = number as i64;
    #[expect(clippy::float_cmp, reason = "exactly equal is what is asked")]
    (integer as f64 == number).then_some(integer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(number: impl Into<Number>) -> String {
        let mut out = Vec::new();
        write(number.into(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn integers_are_exact_and_floats_as_short_as_they_can_be() {
        assert_eq!(written(u64::MAX), "18446744073709551615");
        assert_eq!(written(i64::MIN), "-9223372036854775808");
        assert_eq!(written(0.1 + 0.2), "0.30000000000000004");
        assert_eq!(written(0.1), "0.1");
        assert_eq!(written(250.0), "250");
        assert_eq!(written(-7.0), "-7");
        assert_eq!(written(1e300), "1e+300");
    }

    #[test]
    fn the_numbers_that_are_none_have_their_names() {
        assert_eq!(written(f64::NAN), "NaN");
        assert_eq!(written(f64::INFINITY), "+Inf");
        assert_eq!(written(f64::NEG_INFINITY), "-Inf");
    }

    #[test]
    fn every_edge_reads_back_with_all_its_bits() {
        let edges = [0.0, -0.0, 1e15, 1e15 - 1.0, 1e16, 9_007_199_254_740_993.0, -1e22];
        let tiny = [f64::MIN_POSITIVE, f64::MAX, f64::MIN, f64::EPSILON, 5e-324];
        for number in edges.into_iter().chain(tiny) {
            let read: f64 = written(number).parse().unwrap();
            assert_eq!(read.to_bits(), number.to_bits(), "{number:e}");
        }
    }
}
