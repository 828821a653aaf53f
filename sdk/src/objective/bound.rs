//! The bound of a bucket, as a number and as a label.

use std::time::Duration;

/// The seconds of `time`, as a program would write them: the float next to 0.3 for 300 ms.
pub(super) fn seconds(time: Duration) -> f64 {
    let decimal = format!("{}.{:09}", time.as_secs(), time.subsec_nanos());
    decimal.parse().unwrap_or(time.as_secs_f64())
}

/// A matcher for the label `le` of the bucket below `bound`.
///
/// Text 0.0.4 writes `1` where OpenMetrics, and Prometheus 3 whatever it reads, have `1.0`.
pub(super) fn matcher(bound: f64) -> String {
    let mut spellings = vec![bound.to_string()];
    let debug = format!("{bound:?}");
    if !spellings.contains(&debug) {
        spellings.push(debug);
    }
    if !(1e-4..1e6).contains(&bound) {
        spellings.push(with_exponent(bound));
    }
    if let [one] = &spellings[..] {
        return format!("le=\"{one}\"");
    }
    let pattern = spellings.join("|").replace('.', "[.]").replace('+', "[+]");
    format!("le=~\"{pattern}\"")
}

/// The number as Go writes it where it is small or large: `5e-05`.
fn with_exponent(number: f64) -> String {
    let text = format!("{number:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', exponent),
    };
    format!("{mantissa}e{sign}{digits:0>2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_the_float_that_a_program_would_write() {
        for (millis, expected) in
            [(1, 0.001), (75, 0.075), (250, 0.25), (300, 0.3), (1_100, 1.1), (4_350, 4.35)]
        {
            let seconds = seconds(Duration::from_millis(millis));
            assert_eq!(seconds.to_bits(), f64::to_bits(expected), "{millis} ms are {seconds}");
        }
    }

    #[test]
    fn a_bucket_is_found_however_its_bound_is_spelt() {
        assert_eq!(matcher(0.25), r#"le="0.25""#);
        assert_eq!(matcher(1.0), r#"le=~"1|1[.]0""#);
        assert_eq!(matcher(0.000_05), r#"le=~"0[.]00005|5e-5|5e-05""#);
        assert_eq!(matcher(2_000_000.0), r#"le=~"2000000|2000000[.]0|2e[+]06""#);
    }
}
