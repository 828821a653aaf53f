//! The buckets of histograms, which the facade does not ask for.

use metrics::Unit;

/// The upper bounds of the histogram `name` in `unit`: those of seconds in a time, powers of four in bytes,
/// and in anything else some that suit seconds and counts alike.
///
/// Where no unit is said, the end of the name may say it: `_seconds`, `_ms`, `_bytes`.
pub(crate) fn of(name: &str, unit: Option<Unit>) -> Vec<f64> {
    match unit.or_else(|| by_name(name)) {
        Some(Unit::Seconds) => SECONDS.to_vec(),
        Some(Unit::Milliseconds) => times(1e3),
        Some(Unit::Microseconds) => times(1e6),
        Some(Unit::Nanoseconds) => times(1e9),
        Some(Unit::Bytes) => (4..=15).map(|power| 4_f64.powi(power)).collect(),
        _ => ANYTHING.to_vec(),
    }
}

/// Seconds, from half a millisecond to a minute.
const SECONDS: &[f64] = &[
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
    60.0,
];

/// Seconds or a number of things.
const ANYTHING: &[f64] = &[
    0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 50.0, 100.0, 500.0,
    1000.0, 5000.0, 10000.0,
];

/// Whole numbers of the smaller unit, so that a bound reads as somebody would write it.
fn times(factor: f64) -> Vec<f64> {
    SECONDS.iter().map(|seconds| (seconds * factor * 10.0).round() / 10.0).collect()
}

fn by_name(name: &str) -> Option<Unit> {
    let word = name.rsplit(['_', '.', '-', '/']).next()?;
    Some(match word {
        "seconds" | "secs" | "sec" => Unit::Seconds,
        "milliseconds" | "millis" | "ms" => Unit::Milliseconds,
        "microseconds" | "micros" | "us" => Unit::Microseconds,
        "nanoseconds" | "nanos" | "ns" => Unit::Nanoseconds,
        "bytes" => Unit::Bytes,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use kymo_core::Buckets;

    use super::*;

    #[test]
    fn bounds_suit_the_unit_that_is_said_or_that_the_name_ends_in() {
        let seconds = of("x", Some(Unit::Seconds));
        assert_eq!(of("request_duration_seconds", None), seconds);
        assert_eq!(of("request_seconds", Some(Unit::Milliseconds)), of("request.ms", None));
        assert_eq!(of("x_us", None).first(), Some(&500.0));
        assert_eq!(of("x_ms", None)[..3], [0.5, 1.0, 2.5]);
        assert_eq!(of("body_bytes", None).first(), Some(&256.0));
        assert_eq!(of("body_bytes", None).last(), Some(&1_073_741_824.0));
        assert_eq!(of("items", Some(Unit::Count)), of("whatever", None));
    }

    #[test]
    fn all_bounds_are_those_of_a_histogram() {
        for unit in [Unit::Seconds, Unit::Milliseconds, Unit::Microseconds, Unit::Nanoseconds] {
            assert!(Buckets::new(of("", Some(unit))).is_ok(), "{unit:?}");
        }
        assert!(Buckets::new(of("", Some(Unit::Bytes))).is_ok());
        assert!(Buckets::new(of("", None)).is_ok());
    }
}
