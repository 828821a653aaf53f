//! Numbers as text.

use crate::Number;

/// Writes an integer exactly, and a float with the fewest digits that read back as the same float.
pub(crate) fn write(number: Number, out: &mut Vec<u8>) {
    match number {
        Number::U64(number) => write_u64(number, out),
        Number::I64(number) => write_i64(number, out),
        Number::F64(number) => write_f64(number, out),
    }
}

pub(crate) fn write_u64(number: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

pub(crate) fn write_f64(number: f64, out: &mut Vec<u8>) {
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

pub(crate) fn write_i64(number: i64, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Writes a float as OpenMetrics writes the labels `le` and `quantile`: the fewest digits that read back as
/// the same float, with an exponent below 1e-4 and from 1e6, and otherwise with a decimal point.
pub(crate) fn write_canonical(number: f64, out: &mut Vec<u8>) {
    if !number.is_finite() {
        return write_f64(number, out);
    }
    let mut buffer = zmij::Buffer::new();
    let text = buffer.format_finite(number);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    out.extend_from_slice(sign.as_bytes());
    let digits = || whole.bytes().chain(fraction.bytes());
    let zeros = digits().take_while(|digit| *digit == b'0').count();
    let Some(trailing) = digits().rev().position(|digit| digit != b'0') else {
        return out.extend_from_slice(b"0.0");
    };
    let significant = || digits().skip(zeros).take(whole.len() + fraction.len() - zeros - trailing);
    // Where the decimal point is, counted from the first digit that is not zero.
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let point = exponent + length(whole.len()) - length(zeros);
    if (-3..=6).contains(&point) {
        positional(significant(), point, out);
    } else {
        scientific(significant(), point - 1, out);
    }
}

/// Writes `0.00123`, `1.23` or `1230.0`.
fn positional(digits: impl Iterator<Item = u8> + Clone, point: i32, out: &mut Vec<u8>) {
    let len = length(digits.clone().count());
    if point <= 0 {
        out.extend_from_slice(b"0.");
        out.extend((point..0).map(|_| b'0'));
        return out.extend(digits);
    }
    let whole = usize::try_from(point).unwrap_or_default();
    out.extend(digits.clone().take(whole));
    out.extend((len..point).map(|_| b'0'));
    out.push(b'.');
    if len > point { out.extend(digits.skip(whole)) } else { out.push(b'0') }
}

/// Writes `1.23e-05`.
fn scientific(mut digits: impl Iterator<Item = u8> + Clone, exponent: i32, out: &mut Vec<u8>) {
    out.extend(digits.next());
    let rest = digits.clone().next();
    if rest.is_some() {
        out.push(b'.');
        out.extend(digits);
    }
    out.push(b'e');
    out.push(if exponent < 0 { b'-' } else { b'+' });
    let exponent = exponent.unsigned_abs();
    if exponent < 10 {
        out.push(b'0');
    }
    write_u64(exponent.into(), out);
}

/// No float has more digits than fit.
fn length(digits: usize) -> i32 {
    i32::try_from(digits).unwrap_or(i32::MAX)
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
    fn canonical_numbers_look_alike_in_every_implementation() {
        let canonical = [
            "0.0",
            "0.001",
            "0.002",
            "0.01",
            "0.1",
            "0.9",
            "0.95",
            "0.99",
            "0.999",
            "1.0",
            "1.7",
            "10.0",
            "1e-10",
            "1e-09",
            "1e-05",
            "0.0001",
            "100000.0",
            "1e+06",
            "1e+10",
            "1e+23",
            "1.1e+23",
            "+Inf",
            "-Inf",
            "-0.0",
            "-2.5",
            "123456.75",
            "1.23456789e+08",
            "0.00012",
            "1.2e-05",
            "999999.0",
            "999999.5",
            "5e-324",
            "1.7976931348623157e+308",
        ];
        for text in canonical {
            let mut out = Vec::new();
            write_canonical(text.parse().unwrap(), &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), text);
        }
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
