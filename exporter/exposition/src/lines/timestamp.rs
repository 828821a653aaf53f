//! Times as text.

use std::time::{SystemTime, UNIX_EPOCH};

use super::number;

/// Writes a time in seconds since the beginning of 1970, with as many digits as it needs of the nine that
/// make nanoseconds.
pub(crate) fn write(time: SystemTime, out: &mut Vec<u8>) {
    let (is_before, distance) = match time.duration_since(UNIX_EPOCH) {
        Ok(since) => (false, since),
        Err(before) => (true, before.duration()),
    };
    write_seconds(is_before, distance.as_secs(), distance.subsec_nanos(), out);
}

/// Writes a time in milliseconds since then as seconds.
pub(super) fn write_milliseconds(milliseconds: i64, out: &mut Vec<u8>) {
    let distance = milliseconds.unsigned_abs();
    let rest = u32::try_from(distance % 1000).unwrap_or_default();
    write_seconds(milliseconds < 0, distance / 1000, rest * 1_000_000, out);
}

fn write_seconds(is_negative: bool, seconds: u64, nanoseconds: u32, out: &mut Vec<u8>) {
    if is_negative {
        out.push(b'-');
    }
    number::write_u64(seconds, out);
    if nanoseconds > 0 {
        let mut digits = [b'0'; 9];
        let mut rest = nanoseconds;
        for digit in digits.iter_mut().rev() {
            *digit += u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
        }
        let len = digits.iter().rposition(|digit| *digit != b'0').map_or(0, |last| last + 1);
        out.push(b'.');
        out.extend_from_slice(&digits[..len]);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn written(time: SystemTime) -> String {
        let mut out = Vec::new();
        write(time, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_time_is_in_seconds_without_needless_digits() {
        assert_eq!(written(UNIX_EPOCH), "0");
        assert_eq!(
            written(UNIX_EPOCH + Duration::new(1_520_430_000, 123_000_000)),
            "1520430000.123"
        );
        assert_eq!(written(UNIX_EPOCH + Duration::new(1, 1)), "1.000000001");
        assert_eq!(written(UNIX_EPOCH + Duration::new(7, 10)), "7.00000001");
        assert_eq!(written(UNIX_EPOCH - Duration::from_millis(1_500)), "-1.5");
    }

    #[test]
    fn milliseconds_become_seconds() {
        for (milliseconds, text) in
            [(0, "0"), (-7, "-0.007"), (1_520_430_000_123, "1520430000.123")]
        {
            let mut out = Vec::new();
            write_milliseconds(milliseconds, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), text);
        }
        let mut out = Vec::new();
        write_milliseconds(i64::MIN, &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), "-9223372036854775.808");
    }
}
