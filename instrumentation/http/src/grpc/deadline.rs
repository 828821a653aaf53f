//! The time that a client gives a call.

use std::time::Duration;

use http::HeaderMap;

/// The time that a client gives a call, as its `grpc-timeout` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Deadline(Duration);

/// Most by which a call can be given up before our clock says that its time is over, as long as it is no more
/// than a tenth of that: the clock of whoever gives it up started elsewhere, and the words take their way.
const TOLERANCE: Duration = Duration::from_millis(50);

/// The least time that a client can mean: with less, it makes a deadline that no server can keep.
const LEAST: Duration = Duration::from_millis(1);

impl Deadline {
    /// The deadline among `headers`, if there is one that can be read and meant.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let (unit, digits) = headers.get("grpc-timeout")?.as_bytes().split_last()?;
        if digits.len() > 8 || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let number: u64 = str::from_utf8(digits).ok()?.parse().ok()?;
        let time = match unit {
            b'H' => Duration::from_secs(number * 3600),
            b'M' => Duration::from_secs(number * 60),
            b'S' => Duration::from_secs(number),
            b'm' => Duration::from_millis(number),
            b'u' => Duration::from_micros(number),
            b'n' => Duration::from_nanos(number),
            _ => return None,
        };
        (time >= LEAST).then_some(Self(time))
    }

    /// Whether a call that was given up after `elapsed` had no time left.
    pub(super) fn is_over(self, elapsed: Duration) -> bool {
        elapsed + TOLERANCE.min(self.0 / 10) >= self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Option<Duration> {
        let headers = [("grpc-timeout".parse().unwrap(), value.parse().unwrap())];
        Deadline::of(&HeaderMap::from_iter(headers)).map(|deadline| deadline.0)
    }

    #[test]
    fn a_deadline_is_up_to_eight_digits_and_a_unit() {
        assert_eq!(read("2H"), Some(Duration::from_secs(7200)));
        assert_eq!(read("3M"), Some(Duration::from_secs(180)));
        assert_eq!(read("5S"), Some(Duration::from_secs(5)));
        assert_eq!(read("50m"), Some(Duration::from_millis(50)));
        assert_eq!(read("7000u"), Some(Duration::from_millis(7)));
        assert_eq!(read("9000000n"), Some(Duration::from_millis(9)));
        assert_eq!(read("99999999H"), Some(Duration::from_secs(99_999_999 * 3600)));
        for odd in ["", "S", "5", "5s", "5 S", "-5S", "+5S", "999999999S", "\u{e9}S", "1.5S"] {
            assert_eq!(read(odd), None, "{odd:?}");
        }
        for unmeant in ["0H", "0S", "0m", "999u", "999999n", "1n"] {
            assert_eq!(read(unmeant), None, "{unmeant:?}");
        }
        assert_eq!(Deadline::of(&HeaderMap::new()), None);
    }

    #[test]
    fn a_clock_that_started_elsewhere_may_be_a_little_ahead() {
        let deadline = Deadline(Duration::from_millis(100));
        assert!(deadline.is_over(Duration::from_millis(100)));
        assert!(deadline.is_over(Duration::from_millis(90)));
        assert!(!deadline.is_over(Duration::from_millis(89)));
        let long = Deadline(Duration::from_secs(60));
        assert!(long.is_over(Duration::from_millis(59_950)));
        assert!(!long.is_over(Duration::from_millis(59_949)));
        assert!(!Deadline(Duration::from_millis(1)).is_over(Duration::from_micros(899)));
    }
}
